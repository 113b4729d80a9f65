import { BarChart, CustomChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Bar } from "./Chart";

register([BarChart, CustomChart, GridComponent, TooltipComponent, SVGRenderer]);

function optionOf(bars: readonly Bar[]): EChartsCoreOption {
  const turned = [...bars].reverse(); // ECharts counts from below
  return {
    animation: false,
    textStyle: { fontFamily: "inherit" },
    grid: { left: 4, right: 16, top: 4, bottom: 24, containLabel: true },
    tooltip: { trigger: "axis", axisPointer: { type: "none" }, formatter: "{b}", confine: true },
    xAxis: {
      type: "value",
      min: 0,
      max: ({ max }: { max: number }) => Math.min(1, Math.ceil(max * 10 + 1) / 10),
      axisLabel: { formatter: (value: number) => `${Math.round(value * 100)}%` },
    },
    yAxis: {
      type: "category",
      data: turned.map(({ label }) => label),
      axisTick: { show: false },
      axisLabel: { width: 150, overflow: "truncate", color: "#25231f", fontSize: 13 },
    },
    series: [
      {
        type: "bar",
        data: turned.map(({ share }) => share),
        barWidth: 14,
        itemStyle: { color: "#0f5f54", borderRadius: 3 },
      },
      {
        type: "custom",
        data: turned.map(({ low, high }, at) => [at, low, high]),
        encode: { x: [1, 2], y: 0 },
        renderItem: drawInterval,
        z: 10,
      },
    ],
  };
}

type Drawing = { value: (dimension: number) => number; coord: (point: number[]) => number[] };

/** Where the true share lies in 95 of 100 cases: a line with two ends. */
function drawInterval(_: unknown, api: Drawing): object {
  const at = api.value(0);
  const [from = 0, y = 0] = api.coord([api.value(1), at]);
  const [to = 0] = api.coord([api.value(2), at]);
  const style = { stroke: "#8a5300", lineWidth: 2 };
  const line = (x1: number, y1: number, x2: number, y2: number): object => ({
    type: "line",
    shape: { x1, y1, x2, y2 },
    style,
  });
  return {
    type: "group",
    children: [line(from, y, to, y), line(from, y - 5, from, y + 5), line(to, y - 5, to, y + 5)],
  };
}

/** Draws them, and again whenever the place changes its width; answers what ends that. */
export function drawBars(place: HTMLElement, bars: readonly Bar[]): () => void {
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(optionOf(bars));
  const fit = new ResizeObserver(() => chart.resize());
  fit.observe(place);
  return () => {
    fit.disconnect();
    chart.dispose();
  };
}
