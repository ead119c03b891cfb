// The map at /map: the places of /map/data as points on a canvas, without tiles. What the form
// chooses stands out; a click on a place shows its card and the lines to those it is connected
// with. The list below the map says the same and follows the form.

import { Zoom } from "leaflet/src/control/Control.Zoom.js";
import { Layer } from "leaflet/src/layer/Layer.js";
import { Popup } from "leaflet/src/layer/Popup.js";
import { Map as LeafletMap } from "leaflet/src/map/index.js";
import { plain } from "./plain.js";

const [DIM, BASE, BRIGHT] = [0, 1, 2];
const NAMES_FROM = 8; // zoom from which bright places have their names beside them
const box = document.getElementById("map");
const form = document.getElementById("choose");

if (box && form) start().catch(() => say(box.dataset.broken));

async function start() {
  box.hidden = false;
  say(box.dataset.wait);
  const answer = await fetch(box.dataset.places);
  if (!answer.ok) throw new Error(answer.statusText);
  const data = await answer.json();
  box.replaceChildren();
  new View(data);
  document.querySelector(".legend").hidden = false;
}

function say(text) {
  const line = document.createElement("p");
  line.className = "said";
  line.setAttribute("role", "status");
  line.textContent = text;
  box.replaceChildren(line);
}

/** The places with what is computed of them once: positions at zoom 0, names for comparing. */
function placesOf(data, map) {
  const at = data.name.map((_, i) => [data.lat[i] / data.scale, data.long[i] / data.scale]);
  const groupsOf = data.name.map(() => []);
  data.groups.forEach((group, number) => group.places.forEach((i) => groupsOf[i].push(number)));
  const flat = at.map((point) => map.project(point, 0));
  return { at, groupsOf, x: flat.map((p) => p.x), y: flat.map((p) => p.y), plain: data.name.map(plain) };
}

class View {
  constructor(data) {
    this.data = data;
    this.map = new LeafletMap(box, {
      zoomControl: false,
      attributionControl: false,
      zoomAnimation: false,
      fadeAnimation: false,
      zoomSnap: 0.5,
      minZoom: 2,
      maxZoom: 14,
      scrollWheelZoom: false,
      inertia: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    this.map.addControl(new Zoom({ position: "bottomright", zoomInTitle: box.dataset.in, zoomOutTitle: box.dataset.out }));
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", box.dataset.label);
    this.places = placesOf(data, this.map);
    this.selected = -1;
    this.choose();
    this.fit(true);
    this.layer = new Points(this);
    this.map.addLayer(this.layer);
    this.listen();
    addButtons(this);
  }

  listen() {
    this.map.on("click", ({ containerPoint }) => this.select(this.layer.nearest(containerPoint)));
    this.map.on("mousemove", ({ containerPoint }) => this.layer.hover(containerPoint));
    this.map.on("mouseout", () => this.layer.hover(null));
    box.addEventListener("keydown", ({ key }) => key === "Escape" && this.map.closePopup());
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.layer.draw());
    const list = new List(this);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.chosen(list);
    });
    form.addEventListener("change", () => this.chosen(list));
    let waiting = 0;
    form.elements.q.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.chosen(list), 250);
    });
    document.getElementById("clear").addEventListener("click", (event) => {
      event.preventDefault();
      for (const name of ["group", "topic", "kind", "q"]) {
        if (form.elements[name]) form.elements[name].value = "";
      }
      this.chosen(list);
    });
  }

  chosen(list) {
    const now = new URLSearchParams(new FormData(form)).toString();
    if (now === this.last) return;
    this.last = now;
    this.map.closePopup();
    this.choose();
    this.fit();
    this.layer.draw();
    list.load();
  }

  /** Say of each place whether it is bright, and which lines are drawn, by the form. */
  choose() {
    const { data, places } = this;
    const value = (name) => form.elements[name]?.value ?? "";
    const [group, topic, kind, text] = ["group", "topic", "kind", "q"].map(value);
    const words = plain(text.trim());
    const narrowed = Boolean(group || topic);
    const wanted = data.groups.map(
      (one) => (!group || one.value === group) && (!topic || one.topics.includes(topic)),
    );
    this.any = !(narrowed || kind || words);
    this.state = Uint8Array.from(data.name, (_, i) => {
      const groups = places.groupsOf[i];
      if (narrowed && !groups.some((number) => wanted[number])) return DIM;
      if (kind && data.kinds[data.kind[i]]?.value !== kind) return DIM;
      if (words && !`${places.plain[i]} ${data.key[i] ?? ""}`.includes(words)) return DIM;
      return narrowed || words || groups.length ? BRIGHT : BASE;
    });
    this.lines = data.groups.filter((_, number) => wanted[number]).map((one) => one.lines);
    this.drawn = narrowed ? this.lines : [];
    this.bright = indices(this.state, BRIGHT).sort((a, b) => data.size[a] - data.size[b]);
  }

  /** Show all that is chosen. */
  fit() {
    let shown = this.any ? [] : indices(this.state, BRIGHT);
    if (!this.any && !shown.length) shown = indices(this.state, BASE);
    const points = (shown.length ? shown : [...this.state.keys()]).map((i) => this.places.at[i]);
    if (points.length) this.map.fitBounds(points, { padding: [24, 24], maxZoom: 10, animate: false });
    else this.map.setView([0, 0], 2);
  }

  /** Show the card of a place and its lines; -1 for none. */
  select(i, back) {
    this.map.closePopup();
    this.selected = i;
    this.layer.draw();
    this.layer.hover(null);
    if (i < 0) return;
    const content = document.createElement("div");
    content.textContent = this.data.name[i];
    const room = Math.max(150, Math.min(300, box.clientWidth - 90));
    const popup = new Popup({ maxWidth: room, minWidth: Math.min(190, room), autoPanPadding: [12, 12] })
      .setLatLng(this.places.at[i])
      .setContent(content);
    popup.on("remove", () => {
      if (this.selected === i) this.selected = -1;
      this.layer.draw();
      back?.focus();
    });
    this.map.openPopup(popup);
    popup.getElement()?.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", box.dataset.close);
    this.card(i, content, popup, Boolean(back));
  }

  async card(i, content, popup, focus) {
    const { thing, page, name } = this.data;
    const iri = thing.before + thing.rest[i];
    const address = `${box.dataset.card}${box.dataset.card.includes("?") ? "&" : "?"}thing=${encodeURIComponent(iri)}`;
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.statusText);
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const link of part.querySelectorAll("a")) {
        link.href = new URL(link.getAttribute("href"), answer.url);
      }
      content.replaceChildren(...part.body.childNodes);
    } catch {
      const link = document.createElement("a");
      link.href = box.dataset.root + page.before + (page.rest ?? thing.rest)[i];
      link.textContent = name[i];
      content.replaceChildren(link);
    }
    popup.update();
    if (focus) content.querySelector("a")?.focus();
  }
}

function indices(state, value) {
  const found = [];
  state.forEach((one, i) => one === value && found.push(i));
  return found;
}

/** Draws the view on one canvas that covers the map. */
const Points = Layer.extend({
  initialize(view) {
    this.view = view;
  },

  onAdd() {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "points";
    this.canvas.setAttribute("aria-hidden", "true");
    this.getPane().append(this.canvas);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.hidden = true;
    box.append(this.tip);
    this.draw();
  },

  getEvents() {
    return { move: this.later, zoom: this.later, viewreset: this.later, resize: this.later };
  },

  later() {
    if (!this.waiting) this.waiting = requestAnimationFrame(() => this.draw());
  },

  draw() {
    this.waiting = 0;
    const map = this._map;
    if (!map) return;
    const { x: width, y: height } = map.getSize();
    const ratio = devicePixelRatio || 1;
    const corner = map.containerPointToLayerPoint([0, 0]);
    Object.assign(this.canvas.style, {
      width: `${width}px`,
      height: `${height}px`,
      transform: `translate3d(${corner.x}px, ${corner.y}px, 0)`,
    });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.zoom = map.getZoom();
    this.scale = 2 ** this.zoom;
    this.origin = map.getPixelBounds().min;
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.base(context, colour, width, height);
    this.lines(context, colour);
    this.brightOnes(context, colour, width, height);
  },

  x(i) {
    return this.view.places.x[i] * this.scale - this.origin.x;
  },

  y(i) {
    return this.view.places.y[i] * this.scale - this.origin.y;
  },

  base(context, colour, width, height) {
    const { state, any } = this.view;
    const side = Math.max(1.3, Math.min(5, 1.3 + (this.zoom - 5.5) * 0.55));
    for (const [kind, name] of [[DIM, "line"], [BASE, "strong-line"]]) {
      context.fillStyle = colour(name);
      context.globalAlpha = kind === BASE ? (any ? 0.62 : 0.8) : 0.9;
      for (let i = 0; i < state.length; i++) {
        if (state[i] !== kind) continue;
        const [x, y] = [this.x(i), this.y(i)];
        if (x > -5 && y > -5 && x < width + 5 && y < height + 5) {
          context.fillRect(x - side / 2, y - side / 2, side, side);
        }
      }
    }
    context.globalAlpha = 1;
  },

  lines(context, colour) {
    const { selected, lines, drawn } = this.view;
    context.strokeStyle = colour("derived");
    const stroke = (parts, alpha, width, fits) => {
      const seen = new Set();
      context.globalAlpha = alpha;
      context.lineWidth = width;
      context.beginPath();
      for (const part of parts) {
        for (let k = 0; k < part.length; k += 2) {
          const key = part[k] * 1e6 + part[k + 1];
          if (seen.has(key) || !fits(part[k], part[k + 1])) continue;
          seen.add(key);
          context.moveTo(this.x(part[k]), this.y(part[k]));
          context.lineTo(this.x(part[k + 1]), this.y(part[k + 1]));
        }
      }
      context.stroke();
      context.globalAlpha = 1;
    };
    stroke(drawn, selected < 0 ? 0.4 : 0.15, 1, () => true);
    if (selected >= 0) stroke(lines, 0.9, 1.6, (a, b) => a === selected || b === selected);
  },

  radius(i) {
    const people = this.view.data.size[i];
    const size = people > 0 ? Math.max(0, Math.log10(people) - 3.6) : 0.6;
    return Math.min(9, 2.6 + size * 1.7 + Math.max(0, this.zoom - 7) * 0.4);
  },

  brightOnes(context, colour, width, height) {
    const { bright, selected, data } = this.view;
    const [fill, edge, ink] = ["accent", "raised", "ink"].map(colour);
    const names = [];
    for (const i of bright) {
      const [x, y] = [this.x(i), this.y(i)];
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
      context.beginPath();
      context.arc(x, y, this.radius(i), 0, 2 * Math.PI);
      context.fillStyle = fill;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = edge;
      context.stroke();
      names.push(i);
    }
    if (selected >= 0) {
      context.beginPath();
      context.arc(this.x(selected), this.y(selected), this.radius(selected) + 3, 0, 2 * Math.PI);
      context.lineWidth = 2.5;
      context.strokeStyle = ink;
      context.stroke();
    }
    if (this.zoom >= NAMES_FROM || names.length <= 40) this.names(context, names.reverse(), data, ink, edge);
  },

  /** Write names beside places, the largest first, where there is room. */
  names(context, places, data, ink, edge) {
    const taken = [];
    context.font = "13px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const i of places.slice(0, 300)) {
      const left = this.x(i) + this.radius(i) + 4;
      const y = this.y(i);
      const right = left + context.measureText(data.name[i]).width;
      if (taken.some((one) => left < one[1] && right > one[0] && Math.abs(y - one[2]) < 15)) continue;
      taken.push([left, right, y]);
      context.lineWidth = 3;
      context.strokeStyle = edge;
      context.strokeText(data.name[i], left, y);
      context.fillStyle = ink;
      context.fillText(data.name[i], left, y);
    }
  },

  /** The place at a point of the map, bright ones first; -1 if there is none near. */
  nearest(point) {
    const { state } = this.view;
    const reach = matchMedia("(pointer: coarse)").matches ? 18 : 9;
    let [best, found] = [Infinity, -1];
    for (let i = 0; i < state.length; i++) {
      const [dx, dy] = [this.x(i) - point.x, this.y(i) - point.y];
      if (Math.abs(dx) > reach || Math.abs(dy) > reach) continue;
      const distance = Math.hypot(dx, dy) - (state[i] === BRIGHT ? this.radius(i) + 3 : 0);
      if (distance < Math.min(best, reach)) [best, found] = [distance, i];
    }
    return found;
  },

  hover(point) {
    const i = point ? this.nearest(point) : -1;
    box.classList.toggle("over", i >= 0);
    this.tip.hidden = i < 0;
    if (i < 0) return;
    this.tip.textContent = this.view.data.name[i];
    const { x: width } = this._map.getSize();
    const left = Math.min(point.x + 12, Math.max(0, width - this.tip.offsetWidth - 4));
    this.tip.style.transform = `translate(${left}px, ${Math.max(0, point.y - 34)}px)`;
  },
});

/** The list below the map; it is made by the server. */
class List {
  constructor(view) {
    this.view = view;
  }

  async load() {
    this.asking?.abort();
    this.asking = new AbortController();
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(given).toString();
    const address = `${form.action.split("?")[0]}${query ? `?${query}` : ""}`;
    try {
      const answer = await fetch(address, { signal: this.asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("list");
      if (!fresh) throw new Error("no list");
      document.getElementById("list").replaceChildren(...fresh.childNodes);
      document.getElementById("clear").hidden = this.view.any;
      history.replaceState(null, "", address);
      document.getElementById("found").textContent = document.getElementById("list-heading").textContent;
      addButtons(this.view);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  }
}

/** Give each entry of the list a button that shows it on the map. */
function addButtons(view) {
  const numbers = new Map(view.data.thing.rest.map((rest, i) => [view.data.thing.before + rest, i]));
  for (const spot of document.querySelectorAll("#list [data-thing]")) {
    const i = numbers.get(spot.dataset.thing);
    if (i === undefined) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain small spot";
    button.textContent = box.dataset.show;
    button.setAttribute("aria-label", `${view.data.name[i]}: ${box.dataset.show}`);
    button.addEventListener("click", () => {
      view.map.setView(view.places.at[i], Math.max(view.map.getZoom(), 8), { animate: false });
      box.scrollIntoView({ block: "nearest" });
      view.select(i, button);
    });
    spot.replaceChildren(button);
  }
}
