/** As the `ref` of a table that may scroll sideways: its box can then be reached, and scrolled, by keyboard. */
export function reachable(table: { nativeElement: HTMLElement } | null): void {
  table?.nativeElement.querySelector(".ant-table-content, .ant-table-body")?.setAttribute("tabindex", "0");
}
