/**
 * Every page of the house on one page. `roles` says in whose menu it stands (not who may: the server knows that);
 * `open` pages need no account, and those with a `menu` also stand in the public bar; without `menu` a page is reached
 * through another one.
 */
import { AppstoreOutlined, HomeOutlined } from "@ant-design/icons";
import type { ComponentType } from "react";
import type { Role } from "../api/session";

export type PageEntry = {
  path: string;
  /** Words of the menu and the address bar: t("nav.<key>"). */
  key: string;
  load: () => Promise<{ default: ComponentType }>;
  icon?: ComponentType;
  menu?: "work" | "season" | "reference";
  roles?: readonly Role[];
  open?: boolean;
};

export const pages: readonly PageEntry[] = [
  { path: "/", key: "portal", open: true, icon: HomeOutlined, load: () => import("../features/portal/Portal") },
  { path: "/desk", key: "desk", menu: "work", icon: AppstoreOutlined, load: () => import("../features/desk/Desk") },
  { path: "/sign-in", key: "sign_in", open: true, load: () => import("./SignIn") },
];
