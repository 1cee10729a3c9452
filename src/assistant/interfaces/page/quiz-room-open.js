// The way in: a code to join with, or a form to open a room. Also what both scripts build pages with.
"use strict";

// Text always becomes text nodes: names, titles and questions are never read as markup.
function build(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

async function send(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(`/quiz/api/${path}`, { ...options, cache: "no-store" });
  if (response.status === 204) return null;
  const value = await response.json().catch(() => ({}));
  if (response.ok) return value;
  const error = new Error(value.error || `请求未能完成（${response.status}）。`);
  error.told = true;
  throw error;
}

function say(words) {
  const line = document.getElementById("line");
  line.textContent = words;
  line.hidden = !words;
}

function field(label, control, note) {
  return build("label", { class: "field" }, build("span", {}, label), control, note ? build("small", {}, note) : null);
}

function choice(name, entries, chosen) {
  return build("select", { name }, entries.map(([value, words]) => build("option", { value, selected: value === chosen }, words)));
}

class Entrance {
  async show() {
    const main = document.getElementById("room");
    main.replaceChildren(this.joining());
    try {
      const choices = await send("choices");
      if (choices.rooms.length) main.append(this.rooms(choices.rooms));
      if (choices.may_host) main.append(this.opening(choices));
    } catch (error) {
      main.append(build("section", { class: "card" }, build("p", { class: "soft" }, error.message)));
    }
  }

  joining() {
    const code = build("input", { inputmode: "numeric", autocomplete: "off", maxlength: 6, pattern: "[0-9]{6}", required: true, placeholder: "6位数字", "aria-label": "房间号" });
    const go = (event) => { event.preventDefault(); location.assign(`/quiz/room/${code.value.trim()}`); };
    return build("section", { class: "card" }, build("h2", {}, "加入竞答"),
      build("form", { class: "row", onsubmit: go }, code, build("button", { class: "main" }, "进入房间")),
      build("p", { class: "soft" }, "房间号由主持人告知；也可以直接扫主持人屏幕上的二维码。"));
  }

  rooms(rooms) {
    return build("section", { class: "card" }, build("h2", {}, "我开的房间"),
      build("ul", { class: "plain" }, rooms.map((room) => build("li", {},
        build("a", { href: `/quiz/room/${room.code}` }, `${room.code}　${room.title}`),
        build("span", { class: "soft" }, `　${room.ended ? "已结束" : "可继续"}　${new Date(room.created).toLocaleString("zh-CN", { dateStyle: "short", timeStyle: "short" })}`)))));
  }

  opening(choices) {
    const documents = [...new Map(choices.parts.map((part) => [part.document_id, part.document]))];
    const total = choices.parts.reduce((sum, part) => sum + part.items, 0);
    const form = build("form", { class: "opening" },
      field("名称", build("input", { name: "title", maxlength: 40, placeholder: "如：第三党支部学习竞答" })),
      build("fieldset", {}, build("legend", {}, "文件和部分"), documents.map(([id, name]) => this.parts(id, name, choices.parts))),
      build("fieldset", {}, build("legend", {}, "题型"), choices.types.map(([value, words]) => build("label", { class: "tick" }, build("input", { type: "checkbox", name: "types", value, checked: value !== "fill" }), words))),
      build("div", { class: "grid" },
        field("题数", build("input", { name: "number", type: "number", min: 1, max: 60, value: 10 })),
        field("每题时间（秒）", build("input", { name: "seconds", type: "number", min: 10, max: 300, value: 30 })),
        field("每题得分", build("input", { name: "points", type: "number", min: 0, max: 100, value: 10 }), "填 0 则按题目分值"),
        field("答错扣分", build("input", { name: "wrong_penalty", type: "number", min: 0, max: 100, value: 0 })),
        field("多项选择题", choice("multiple", [["strict", "多选、少选、错选均不得分"], ["half_each", "少选每对一项得0.5分"], ["proportional", "少选按比例得分"]], "strict")),
        field("答题方式", choice("mode", [["all", "必答：人人作答"], ["buzz", "抢答：最先答对者得分"]], "all")),
        field("快慢", choice("speed_weight", [["0", "不影响得分"], ["0.2", "最慢少得20%"], ["0.5", "最慢少得50%"]], "0"))),
      build("label", { class: "tick" }, build("input", { type: "checkbox", name: "shuffle", checked: true }), "每人的选项顺序不同"),
      build("label", { class: "tick" }, build("input", { type: "checkbox", name: "teams" }), "分队计分（取各队人均分）"),
      build("p", { class: "actions" }, build("button", { class: "main" }, "开房间"), build("span", { class: "soft" }, `题库现有 ${total} 题可用于竞答，同一要点每场只出一题。`)));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.open(form); });
    return build("section", { class: "card" }, build("h2", {}, "开房间"), form);
  }

  parts(id, name, parts) {
    const own = parts.filter((part) => part.document_id === id);
    const boxes = own.map((part) => build("label", { class: "tick" }, build("input", { type: "checkbox", name: "parts", value: part.id, checked: true }), `${part.title}（${part.items}题）`));
    const all = build("input", { type: "checkbox", checked: true });
    all.addEventListener("change", () => boxes.forEach((box) => { box.firstChild.checked = all.checked; }));
    const whole = build("label", { class: "tick" }, all, `${name}（${own.reduce((sum, part) => sum + part.items, 0)}题）`);
    // Beside the box, not around it: two controls in one can be told apart by nobody's keyboard.
    return build("div", { class: "document" }, whole, build("details", {}, build("summary", { "aria-label": `按部分选《${name}》` }, "按部分选"), boxes));
  }

  async open(form) {
    const data = new FormData(form);
    const boxes = [...form.querySelectorAll('[name="parts"]')];
    const body = { title: data.get("title"), types: data.getAll("types"), multiple: data.get("multiple"), shuffle: data.has("shuffle"), buzz: data.get("mode") === "buzz", teams: data.has("teams") };
    for (const name of ["number", "seconds", "points", "wrong_penalty", "speed_weight"]) body[name] = Number(data.get(name));
    if (boxes.some((box) => !box.checked)) body.parts = data.getAll("parts");
    if (boxes.every((box) => !box.checked)) { say("请至少选择一个部分。"); return; }
    try {
      const { code } = await send("rooms", body);
      location.assign(`/quiz/room/${code}`);
    } catch (error) { say(error.message); }
  }
}
