// Charts: ECharts as SVG from the figures beside them, in the theme's colours, redrawn when it changes.

import { language, words } from "./tools.js";

let echarts = null;
const drawn = new Map();

export async function startCharts(root) {
  const places = [...root.querySelectorAll("[data-chart]")].filter((one) => !drawn.has(one));
  if (!places.length) return;
  echarts ||= await import("../vendor/echarts/echarts.esm.min.mjs");
  for (const place of places) draw(place);
}

document.addEventListener("theme", () => { for (const place of [...drawn.keys()]) draw(place); });
window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));

function draw(place) {
  drawn.get(place)?.dispose();
  drawn.delete(place);
  if (!place.isConnected) return;
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = echarts.init(place, null, { renderer: "svg", locale: "EN" });
  const paint = colours();
  chart.setOption(merge(common(data, paint), (kinds[data.kind] || kinds.bar)(data, paint), data.option || {}));
  chart.on("click", (event) => {
    const link = data.links[event.dataIndex];
    if (link) window.location.assign(link);
  });
  new ResizeObserver(() => chart.resize()).observe(place);
  drawn.set(place, chart);
}

/** The theme's colours as plain values; CSS functions mean nothing to ECharts. */
function colours() {
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const get = (name) => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
  const paint = {
    ink: get("q-ink"), text: get("q-text"), muted: get("q-muted"), line: get("q-line"), card: get("q-card"), accent: get("q-accent"),
    strategic: get("q-strategic"), leverage: get("q-leverage"), bottleneck: get("q-bottleneck"), noncritical: get("q-noncritical"),
    good: get("q-good"), wait: get("q-wait"), bad: get("q-bad"),
  };
  probe.remove();
  const dark = document.documentElement.dataset.bsTheme === "dark";
  paint.series = dark
    ? ["#2dd4bf", "#7db4ff", "#f9a8d4", "#c4b5fd", "#d6b26f", "#94a3b8", "#86efac", "#fca5a5"]
    : ["#0f766e", "#2563eb", "#db2777", "#7c3aed", "#854d0e", "#64748b", "#15803d", "#b91c1c"];
  return paint;
}

const number = (value, unit = "") => {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return `${Number(value).toLocaleString(language, { maximumFractionDigits: 2 })}${unit ? `\u00a0${unit}` : ""}`;
};
const short = (value) => Number(value).toLocaleString(language, { notation: "compact", maximumFractionDigits: 1 });

function common(data, paint) {
  return {
    animation: false,
    color: paint.series,
    textStyle: { fontFamily: "Inter Variable, Noto Sans, system-ui, sans-serif", color: paint.text },
    aria: { enabled: true, decal: { show: ["stack", "share", "area"].includes(data.kind) }, label: { description: `${data.title}. ${words("see_table")}` } },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: paint.card, borderColor: paint.line, textStyle: { color: paint.ink, fontSize: 12 },
      axisPointer: { type: "shadow", shadowStyle: { opacity: 0.06 } }, valueFormatter: (value) => number(value, data.unit),
    },
    grid: { left: 8, right: 16, top: 16, bottom: data.names.length > 2 ? 34 : 8, containLabel: true },
    legend: data.names.length > 2 ? { bottom: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: paint.text } } : undefined,
  };
}

function valueAxis(data, paint, more = {}) {
  return {
    type: "value", axisLabel: { color: paint.muted, formatter: data.kind === "share" ? "{value} %" : short },
    splitLine: { lineStyle: { color: paint.line } }, ...more,
  };
}

function nameAxis(data, paint, more = {}) {
  return {
    type: "category", data: data.rows.map((row) => row[0]), axisTick: { show: false }, axisLine: { lineStyle: { color: paint.line } },
    axisLabel: { color: paint.text, width: data.horizontal ? 160 : undefined, overflow: "truncate" }, ...more,
  };
}

/** Bars and lines: first column names, every other column a series. */
function cartesian(data, paint, shape) {
  const names = nameAxis(data, paint, data.horizontal ? { inverse: true } : {}), values = valueAxis(data, paint);
  const series = data.headings.slice(1).map((heading, position) => ({
    name: heading, data: data.rows.map((row) => row[position + 1]), ...shape(position),
  }));
  return { xAxis: data.horizontal ? values : names, yAxis: data.horizontal ? names : values, series };
}

const bars = (more = {}) => () => ({ type: "bar", barMaxWidth: 26, itemStyle: { borderRadius: 2 }, ...more });
const lines = (more = {}) => () => ({ type: "line", symbolSize: 5, lineStyle: { width: 2 }, ...more });

/** Rows as shares of their own sum. */
function shares(data) {
  const rows = data.rows.map((row) => {
    const sum = row.slice(1).reduce((total, value) => total + (value || 0), 0);
    return [row[0], ...row.slice(1).map((value) => (sum ? Math.round(((value || 0) / sum) * 1000) / 10 : 0))];
  });
  return { ...data, rows, unit: "%" };
}

function overTime(data, paint, more) {
  const option = cartesian(data, paint, lines(more));
  if (/^\d{4}-\d\d-\d\d/.test(data.rows[0]?.[0] || "")) {
    option.xAxis = { type: "time", axisLabel: { color: paint.muted, hideOverlap: true }, axisLine: { lineStyle: { color: paint.line } } };
    option.series.forEach((one, position) => (one.data = data.rows.map((row) => [row[0], row[position + 1]])));
  } else if (typeof data.rows[0]?.[0] === "number") {
    option.xAxis = valueAxis(data, paint, { scale: true, splitLine: { show: false } });
    option.series.forEach((one, position) => (one.data = data.rows.map((row) => [row[0], row[position + 1]])));
  }
  option.yAxis.scale = !more.areaStyle;
  return option;
}

/** name, x, y, size, quadrant: the four fields of the matrix, or a plain scatter without them. */
function scatter(data, paint, matrix) {
  const largest = Math.max(1e-9, ...data.rows.map((row) => row[3] || 0));
  const size = (row) => (row[3] ? 12 + 30 * Math.sqrt(row[3] / largest) : 12);
  const axis = (name, gap) => valueAxis(data, paint, {
    name, nameLocation: "middle", nameGap: gap, nameTextStyle: { color: paint.muted }, ...(matrix ? { min: 0, max: 1, splitLine: { show: false } } : { scale: true }),
    axisLabel: { color: paint.muted },
  });
  const series = {
    type: "scatter", labelLayout: { hideOverlap: true },
    data: data.rows.map((row) => ({
      name: row[0], value: [row[1], row[2]], symbolSize: size(row),
      itemStyle: { color: paint[row[4]] || paint.accent, opacity: 0.8, borderColor: paint.card, borderWidth: 1.5 },
      label: { show: true, formatter: row[0], position: matrix && row[1] > 0.7 ? "left" : "right", color: paint.text, fontSize: 11 },
    })),
  };
  if (matrix) Object.assign(series, quadrants(paint));
  return {
    grid: { left: 54, right: 80, top: 20, bottom: 46 }, xAxis: axis(data.headings[1], 28), yAxis: axis(data.headings[2], 36), legend: undefined,
    tooltip: { trigger: "item", formatter: (hit) => `${echarts.format.encodeHTML(hit.name)}<br>${data.headings.slice(1, 4).map((heading, i) => `${echarts.format.encodeHTML(heading)}: ${number(data.rows[hit.dataIndex][i + 1])}`).join("<br>")}` },
    series: [series],
  };
}

function quadrants(paint) {
  const field = (name, x, y, place) => [
    { name: words(name), xAxis: x, yAxis: y, itemStyle: { color: paint[name], opacity: 0.06 }, label: { position: place } }, { xAxis: x + 0.5, yAxis: y + 0.5 },
  ];
  return {
    markArea: {
      silent: true, label: { color: paint.muted, fontSize: 12, fontWeight: 600 },
      data: [field("leverage", 0, 0.5, "insideTopLeft"), field("strategic", 0.5, 0.5, "insideTopRight"),
        field("noncritical", 0, 0, "insideBottomLeft"), field("bottleneck", 0.5, 0, "insideBottomRight")],
    },
    markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: paint.muted, type: "solid" }, data: [{ xAxis: 0.5 }, { yAxis: 0.5 }] },
  };
}

function sankey(data, paint) {
  const names = [...new Set(data.rows.flatMap((row) => [row[0], row[1]]))];
  return {
    tooltip: { trigger: "item" }, legend: undefined,
    series: [{
      type: "sankey", left: 8, right: 120, top: 8, bottom: 8, nodeGap: 10, nodeWidth: 12, draggable: false, label: { color: paint.text },
      lineStyle: { color: "gradient", opacity: 0.35 }, emphasis: { focus: "adjacency" },
      data: names.map((name) => ({ name })), links: data.rows.map((row) => ({ source: row[0], target: row[1], value: row[2] })),
    }],
  };
}

function radar(data, paint) {
  const most = Math.max(1, ...data.rows.flatMap((row) => row.slice(1)));
  return {
    tooltip: { trigger: "item" },
    radar: {
      indicator: data.rows.map((row) => ({ name: row[0], max: most })), radius: "65%", axisName: { color: paint.text },
      splitLine: { lineStyle: { color: paint.line } }, splitArea: { show: false }, axisLine: { lineStyle: { color: paint.line } },
    },
    series: [{ type: "radar", areaStyle: { opacity: 0.12 }, data: data.headings.slice(1).map((name, i) => ({ name, value: data.rows.map((row) => row[i + 1]) })) }],
  };
}

function heat(data, paint) {
  const xs = [...new Set(data.rows.map((row) => row[0]))], ys = [...new Set(data.rows.map((row) => row[1]))];
  const values = data.rows.map((row) => row[2] || 0);
  return {
    tooltip: { trigger: "item" }, legend: undefined, grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true },
    xAxis: { type: "category", data: xs, axisLabel: { color: paint.text }, axisTick: { show: false } },
    yAxis: { type: "category", data: ys, axisLabel: { color: paint.text }, axisTick: { show: false } },
    visualMap: { min: Math.min(...values), max: Math.max(...values), orient: "horizontal", left: "center", bottom: 0, inRange: { color: [paint.line, paint.accent] }, textStyle: { color: paint.muted } },
    series: [{ type: "heatmap", data: data.rows.map((row) => [xs.indexOf(row[0]), ys.indexOf(row[1]), row[2]]), label: { show: xs.length * ys.length < 80, color: paint.ink } }],
  };
}

/** what, start, end: bars on a time axis. */
function gantt(data, paint) {
  const start = data.rows.map((row) => +new Date(row[1]));
  const span = data.rows.map((row) => Math.max(0, new Date(row[2]) - new Date(row[1])));
  return {
    legend: undefined, tooltip: { trigger: "item", formatter: (hit) => `${echarts.format.encodeHTML(String(data.rows[hit.dataIndex][0]))}: ${day(data.rows[hit.dataIndex][1])} – ${day(data.rows[hit.dataIndex][2])}` },
    xAxis: { type: "time", axisLabel: { color: paint.muted }, splitLine: { show: true, lineStyle: { color: paint.line } } },
    yAxis: nameAxis({ ...data, horizontal: true }, paint, { inverse: true }),
    series: [{ type: "bar", stack: "s", itemStyle: { color: "transparent" }, silent: true, data: start }, { type: "bar", stack: "s", barMaxWidth: 18, itemStyle: { color: paint.accent, borderRadius: 2 }, data: span }],
  };
}

const day = (text) => new Date(text).toLocaleDateString(language, { day: "numeric", month: "short" });

/** what, low, median, high: how far something spreads. */
function spread(data, paint) {
  const horizontal = { ...data, horizontal: true };
  return {
    legend: undefined, tooltip: { trigger: "item", formatter: (hit) => { const row = data.rows[hit.dataIndex]; return `${echarts.format.encodeHTML(String(row[0]))}: ${number(row[1])} – <b>${number(row[2])}</b> – ${number(row[3], data.unit)}`; } },
    xAxis: valueAxis(data, paint), yAxis: nameAxis(horizontal, paint, { inverse: true }),
    series: [
      { type: "bar", stack: "s", silent: true, itemStyle: { color: "transparent" }, data: data.rows.map((row) => row[1]) },
      { type: "bar", stack: "s", barMaxWidth: 12, itemStyle: { color: paint.accent, opacity: 0.35, borderRadius: 2 }, data: data.rows.map((row) => row[3] - row[1]) },
      { type: "scatter", symbol: "rect", symbolSize: [3, 18], itemStyle: { color: paint.accent }, data: data.rows.map((row, i) => [row[2], i]) },
    ],
  };
}

const kinds = {
  bar: (data, paint) => cartesian(data, paint, bars()),
  stack: (data, paint) => cartesian(data, paint, bars({ stack: "all" })),
  share: (data, paint) => { const option = cartesian(shares(data), paint, bars({ stack: "all" })); option[data.horizontal ? "xAxis" : "yAxis"].max = 100; return option; },
  line: (data, paint) => overTime(data, paint, {}),
  step: (data, paint) => overTime(data, paint, { step: "end", endLabel: { show: true, formatter: "{a}", fontSize: 11, color: "inherit" } }),
  area: (data, paint) => overTime(data, paint, { areaStyle: { opacity: 0.15 }, stack: "all", showSymbol: false }),
  scatter: (data, paint) => scatter(data, paint, false),
  matrix: (data, paint) => scatter(data, paint, true),
  sankey, radar, heat, gantt, spread,
};

function merge(...parts) {
  const result = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      const plain = (one) => one && typeof one === "object" && !Array.isArray(one);
      if (key === "series" && Array.isArray(result[key])) {
        // Series are told apart by their place: what is said of one adds to what is there.
        result[key] = result[key].map((one, position) => merge(one, value[position] || {}));
        continue;
      }
      result[key] = plain(value) && plain(result[key]) ? merge(result[key], value) : value;
    }
  }
  return result;
}
