import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Connect, Plugin } from "vite";
import { defineConfig } from "vitest/config";

const COMPRESSIBLE = /\.(?:js|css|html|svg|json)$/;
/** The type of papers: Chinese, then for rare characters Japanese and emoji; each beside its licence. */
const FONTS = {
  "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf": "NotoSansHans-Regular.otf",
  "@embedpdf/fonts-sc/fonts/NotoSansHans-Bold.otf": "NotoSansHans-Bold.otf",
  "@embedpdf/fonts-sc/LICENSE": "LICENSE",
  "@embedpdf/fonts-jp/fonts/NotoSansJP-Regular.otf": "NotoSansJP-Regular.otf",
  "@embedpdf/fonts-jp/LICENSE": "LICENSE-NotoSansJP",
  "@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf": "NotoEmoji-Regular.ttf",
  "@expo-google-fonts/noto-emoji/LICENSE_FONT": "LICENSE-NotoEmoji",
};
const SURVEY_ADDRESS = /^\/(?:[sd]\/[^/?]+|r(?:\/[^/?]*)?)\/?(?:[?#].*)?$/;

/** Leaves a .gz beside every text file, so that the server never compresses the same bytes twice. */
function precompressed(): Plugin {
  return {
    name: "precompressed",
    apply: "build",
    async writeBundle({ dir = "dist" }) {
      const files = await readdir(dir, { recursive: true });
      await Promise.all(
        files
          .filter((file) => COMPRESSIBLE.test(file))
          .map(async (file) => {
            const packed = await promisify(gzip)(await readFile(join(dir, file)), { level: 9 });
            await writeFile(join(dir, `${file}.gz`), packed);
          }),
      );
    },
  };
}

/** The server sets contracts and results in these fonts (OFL); they travel with the build, not with pip. */
function fontsForDocuments(): Plugin {
  return {
    name: "fonts-for-documents",
    apply: "build",
    async writeBundle({ dir = "dist" }) {
      await mkdir(join(dir, "fonts"), { recursive: true });
      await Promise.all(
        Object.entries(FONTS).map(([from, to]) => cp(join("node_modules", from), join(dir, "fonts", to))),
      );
    },
  };
}

/** /s/<token> and /r belong to the residents' light entry; the real server does the same. */
const toSurvey: Connect.NextHandleFunction = (request, _response, next) => {
  if (SURVEY_ADDRESS.test(request.url ?? "")) request.url = "/survey.html";
  next();
};

const surveyAddresses: Plugin = {
  name: "survey-addresses",
  configureServer: (server) => void server.middlewares.use(toSurvey),
  configurePreviewServer: (server) => void server.middlewares.use(toSurvey),
};

const api = { "/api": { target: process.env.API ?? "http://127.0.0.1:8000", changeOrigin: false } };

export default defineConfig({
  plugins: [react(), surveyAddresses, fontsForDocuments(), precompressed()],
  server: { proxy: api },
  preview: { proxy: api },
  build: {
    manifest: true,
    target: ["chrome93", "edge93", "firefox92", "safari15.4"],
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: { app: "index.html", survey: "survey.html" } },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test-setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    pool: "threads",
    maxWorkers: 1,
    testTimeout: 60_000, // of a test that hangs; one that is slow on a busy machine is no fault
  },
});
