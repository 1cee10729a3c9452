// A room in a browser: asks for the state every second and shows it. The server decides everything.
"use strict";

const POLL_MS = 1000;
const POLL_OVER_MS = 10000;
const RETRY_MS = 2000;

class RoomPage {
  constructor(code) {
    this.code = code;
    this.state = null;
    this.chosen = new Set();
    this.shown = "";
    this.sending = false;
    this.stake = 0;
    this.timer = 0;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.poll(); });
    setInterval(() => this.tick(), 250);
    this.poll();
  }

  // --- traffic ---

  async poll() {
    clearTimeout(this.timer);
    let pause = RETRY_MS;
    try {
      const seen = this.state ? this.state.version : "";
      const state = await send(`rooms/${this.code}?seen=${seen}`);
      if (this.offline) { this.offline = false; say(""); }
      if (state) this.take(state);
      pause = this.state && this.state.phase === "over" ? POLL_OVER_MS : POLL_MS;
    } catch (error) {
      if (error.told) { this.fail(error.message); return; }
      this.offline = true;
      say("连接中断，正在重连……已提交的答案不会丢失。");
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), pause + Math.random() * 200);
  }

  async act(path, body) {
    if (this.sending) return;
    this.sending = true;
    document.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    try {
      this.take(await this.deliver(path, body));
      say("");
    } catch (error) {
      say(error.told ? error.message : "没有送达，请检查网络后再点一次。");
    } finally {
      this.sending = false;
      document.querySelectorAll("button").forEach((button) => { button.disabled = false; });
      this.draw();
    }
  }

  // An answer counts once however often it arrives, so a weak line may try again by itself.
  async deliver(path, body) {
    for (let tries = path === "answer" ? 3 : 1; ; tries -= 1) {
      try {
        return await send(`rooms/${this.code}/${path}`, body);
      } catch (error) {
        if (error.told || tries <= 1) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 700); });
      }
    }
  }

  take(state) {
    const before = this.state;
    this.state = state;
    this.ends = performance.now() + state.left_ms;
    if (!before || before.position !== state.position) this.chosen.clear();
    this.draw();
  }

  fail(words) {
    document.getElementById("room").replaceChildren(build("section", { class: "card" },
      build("p", {}, words), build("p", {}, build("a", { href: "/quiz/room" }, "返回入口"))));
  }

  tick() {
    const clock = document.getElementById("clock");
    if (!clock || !this.state) return;
    const left = Math.max(0, Math.ceil((this.ends - performance.now()) / 1000));
    clock.textContent = `${left} 秒`;
    clock.classList.toggle("late", left <= 5);
    if (left === 0 && this.state.phase === "asking" && !this.hurried) { this.hurried = true; this.poll(); }
    if (left > 0) this.hurried = false;
  }

  // --- pages ---

  draw() {
    const state = this.state;
    const draft = document.activeElement?.closest?.("form.join, form.filling");
    // What someone is typing is not taken away from them by news of others.
    if (draft && this.shown === this.kind(state)) return;
    this.shown = this.kind(state);
    document.title = `${state.title} · ${state.code}`;
    const main = document.getElementById("room");
    main.className = state.host ? "host" : "member";
    main.replaceChildren(...(state.host ? this.host(state) : this.member(state)).filter(Boolean));
    this.tick();
  }

  kind(state) {
    return `${state.phase} ${state.position} ${state.you ? "in" : "out"} ${state.own ? "done" : ""}`;
  }

  member(state) {
    if (!state.you && state.phase !== "over") return [this.joining(state)];
    const head = build("p", { class: "soft top" }, `${state.title} · 房间 ${state.code} · ${state.you}`);
    if (state.phase === "lobby") {
      return [head, build("section", { class: "card wait" }, build("h2", {}, "已加入，请等待主持人开始"),
        build("p", {}, `现有 ${state.members} 人。`), build("p", { class: "soft" }, state.rule))];
    }
    if (state.phase === "over") return [head, this.board(state, "最终成绩")];
    return [head, this.question(state), state.phase === "asking" ? this.answering(state) : null,
      state.result ? this.result(state) : null, state.phase === "locked" ? this.board(state, "当前积分") : null];
  }

  host(state) {
    const side = [this.people(state)];
    if (state.phase === "lobby") return [this.lobby(state), build("aside", {}, side)];
    if (state.phase !== "asking") side.unshift(this.board(state, state.phase === "over" ? "最终成绩" : "当前积分"));
    const left = build("div", { class: "left" }, state.phase === "over" ? this.ending(state) : this.question(state),
      state.result && state.phase !== "over" ? this.result(state) : null, this.controls(state));
    return [left, build("aside", {}, side)];
  }

  joining(state) {
    const name = build("input", { name: "name", maxlength: 12, required: true, autocomplete: "name", placeholder: "如：张三", "aria-label": "姓名" });
    const team = build("input", { name: "team", maxlength: 12, required: state.teams_count, placeholder: "如：第一支部", "aria-label": "队" });
    const go = (event) => { event.preventDefault(); document.activeElement.blur(); this.act("join", { name: name.value, team: team.value }); };
    return build("section", { class: "card" }, build("h2", {}, state.title),
      build("p", { class: "soft" }, `房间 ${state.code}，共 ${state.total} 题。${state.rule}`),
      build("form", { class: "join", onsubmit: go }, field("姓名", name), state.teams_count ? field("所在队或者支部", team) : null,
        build("button", { class: "main" }, "加入")),
      build("p", { class: "soft" }, "姓名和得分只在本房间内显示。中途断线，重新打开本页即可继续。"));
  }

  lobby(state) {
    const address = `${location.origin}/quiz/room/${state.code}`;
    const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    return build("section", { class: "card lobby" }, build("h2", {}, state.title),
      build("div", { class: "invite" },
        build("img", { src: `/quiz/api/rooms/${state.code}/code.svg`, alt: `加入房间 ${state.code} 的二维码`, width: 260, height: 260 }),
        build("div", {}, build("p", { class: "soft" }, "房间号"), build("p", { class: "code" }, state.code), build("p", { class: "soft address" }, address))),
      local ? build("p", { class: "note" }, "您正通过本机地址打开本页，手机扫码可能无法访问。请改用本机在局域网内的地址打开，或者在设置中填写 public_url。") : null,
      build("p", { class: "soft" }, `共 ${state.total} 题。${state.rule}`),
      build("p", { class: "actions" }, build("button", { class: "main", onclick: () => this.next() }, "开始第 1 题"), this.staking(), this.endButton()));
  }

  question(state) {
    const question = state.question;
    return build("section", { class: "card question" },
      build("p", { class: "meta" }, build("span", {}, `第 ${state.position + 1} / ${state.total} 题　${question.type}`,
        question.stake ? build("b", { class: "stake" }, `风险题 ${question.stake} 分`) : null),
        state.phase === "asking" ? build("span", { id: "clock", class: "clock", role: "timer", "aria-live": "off" }) : build("span", { class: "soft" }, "已锁定")),
      question.stake && state.phase === "asking" ? build("p", { class: "note" }, state.rule) : null,
      build("p", { class: "stem" }, question.stem),
      state.host && state.phase === "asking" && question.options.length
        ? build("ul", { class: "options shown" }, question.options.map((option) => build("li", {}, option.letter ? build("b", {}, option.letter) : null, option.text))) : null);
  }

  answering(state) {
    if (state.own) {
      return build("section", { class: "card wait" }, build("p", {}, "已提交：", build("b", {}, state.own.words)), build("p", { class: "soft" }, "锁定后公布答案和依据。"));
    }
    const question = state.question;
    if (question.kind === "fill") return this.filling(state);
    const many = question.kind === "multi";
    const options = build("div", { class: "options", role: many ? "group" : "radiogroup", "aria-label": "选项" }, question.options.map((option) => {
      const chosen = this.chosen.has(option.letter);
      const pick = () => { if (!many) this.chosen.clear(); else if (chosen) { this.chosen.delete(option.letter); this.draw(); return; } this.chosen.add(option.letter); this.draw(); };
      return build("button", { type: "button", class: chosen ? "option chosen" : "option", role: many ? "checkbox" : "radio", "aria-checked": String(chosen), onclick: pick }, build("b", {}, option.letter), option.text);
    }));
    const submit = build("button", { class: "main wide", disabled: !this.chosen.size, onclick: () => this.act("answer", { position: state.position, given: [...this.chosen].sort() }) }, "提交");
    return build("section", { class: "answering" }, many ? build("p", { class: "soft" }, "可选多项。提交后不能更改。") : build("p", { class: "soft" }, "提交后不能更改。"), options, submit);
  }

  filling(state) {
    const inputs = Array.from({ length: state.question.blanks }, (_, index) => build("input", { maxlength: 60, autocomplete: "off", "aria-label": `第 ${index + 1} 空` }));
    const go = (event) => { event.preventDefault(); document.activeElement.blur(); this.act("answer", { position: state.position, given: inputs.map((input) => input.value) }); };
    return build("form", { class: "filling card", onsubmit: go }, inputs.map((input, index) => field(`第 ${index + 1} 空`, input)), build("button", { class: "main wide" }, "提交"));
  }

  result(state) {
    const result = state.result;
    const most = Math.max(1, ...result.options.map((option) => option.count));
    const own = state.own;
    // Where letters differ from phone to phone, the marked option is the answer.
    const key = result.accepted.length ? result.accepted.join("；") : result.key;
    const verdict = state.host ? null : !own ? build("p", { class: "verdict" }, "未作答")
      : build("p", { class: own.right ? "verdict right" : "verdict wrong" }, own.right ? `回答正确　得 ${own.points} 分` : `回答错误　${own.points < 0 ? `扣 ${-own.points} 分` : own.points ? `得 ${own.points} 分` : "不得分"}`);
    return build("section", { class: "card result" }, verdict,
      build("p", {}, key ? ["答案：", build("b", {}, key), "　"] : null, build("span", { class: "soft" }, `${result.answered} 人作答，${result.right} 人答对`)),
      result.correction ? build("p", {}, "更正：", result.correction) : null,
      build("ul", { class: "reasons" }, result.options.map((option) => build("li", { class: option.right ? "right" : option.chosen ? "wrong" : "" },
        build("div", { class: "head" }, build("span", {}, option.letter ? build("b", {}, `${option.letter} `) : null, option.text, option.right ? build("em", {}, "　正确") : option.chosen ? build("em", {}, "　您选了此项") : null), build("span", { class: "count" }, `${option.count} 人`)),
        build("meter", { min: 0, max: most, value: option.count, "aria-label": `${option.count} 人选择` }),
        option.reason ? build("p", { class: "soft" }, option.reason) : null))),
      build("p", {}, result.explanation),
      result.sources.map((source) => build("blockquote", {}, build("cite", {}, source.label), build("p", {}, source.pieces.map(([words, decisive]) => (decisive ? build("mark", {}, words) : words))))));
  }

  controls(state) {
    if (state.phase === "over") return null;
    if (state.phase === "asking") {
      return build("p", { class: "actions" }, build("span", { class: "count" }, `已作答 ${state.answered} / ${state.members} 人`),
        build("button", { class: "main", onclick: () => this.act("command", { action: "lock" }) }, "立即锁定"),
        build("button", { onclick: () => this.act("command", { action: "extend" }) }, "延长15秒"));
    }
    const last = state.position + 1 >= state.total;
    return build("p", { class: "actions" }, last ? null : build("button", { class: "main", onclick: () => this.next() }, `开始第 ${state.position + 2} 题`), last ? null : this.staking(),
      this.endButton(last), this.exportLink(state));
  }

  next() {
    this.act("command", { action: "next", after: this.state.position, stake: this.stake });
    this.stake = 0;
    window.scrollTo(0, 0);
  }

  staking() {
    const choose = (event) => { this.stake = Number(event.target.value); };
    const entries = [[0, "普通题"], ...[10, 20, 30].map((stake) => [stake, `风险题 ${stake} 分（${stake * 3} 秒）`])];
    return build("select", { class: "staking", "aria-label": "下一题的计分方式", onchange: choose }, entries.map(([value, words]) => build("option", { value, selected: value === this.stake }, words)));
  }

  endButton(prominent) {
    const end = () => { if (prominent || confirm("结束后不能再继续这场竞答，确定结束吗？")) this.act("command", { action: "end" }); };
    return build("button", { class: prominent ? "main" : "", onclick: end }, "结束竞答");
  }

  exportLink(state) {
    return build("a", { class: "button", href: `/quiz/api/rooms/${state.code}/results.xlsx`, download: true }, "导出成绩");
  }

  ending(state) {
    return build("section", { class: "card" }, build("h2", {}, "竞答已结束"), build("p", { class: "soft" }, "作答已记入各人的练习记录和错题本。"),
      build("p", { class: "actions" }, this.exportLink(state), build("a", { class: "button", href: "/quiz/room" }, "再开一场")));
  }

  people(state) {
    const remove = (person) => () => { if (confirm(`将“${person.name}”移出房间？`)) this.act("command", { action: "remove", member: person.id }); };
    return build("section", { class: "card people" }, build("h2", {}, `成员 ${state.people.length} 人`),
      state.people.length ? build("ul", { class: "names" }, state.people.map((person) => build("li", { class: `${person.present ? "" : "away"} ${person.answered && state.phase === "asking" ? "done" : ""}` },
        person.name, person.team ? build("small", {}, person.team) : null, person.present ? null : build("small", {}, "离线"), person.answered && state.phase === "asking" ? build("small", {}, "已答") : null,
        state.phase === "lobby" ? build("button", { class: "quiet", title: "移出", "aria-label": `移出${person.name}`, onclick: remove(person) }, "×") : null)))
        : build("p", { class: "soft" }, "还没有人加入。"));
  }

  board(state, title) {
    const teams = state.teams && state.teams.length ? build("table", {}, build("caption", {}, "各队（人均分）"),
      build("tbody", {}, state.teams.map((team) => build("tr", {}, build("td", {}, String(team.rank)), build("td", {}, `${team.team}（${team.members}人）`), build("td", {}, String(team.points)))))) : null;
    return build("section", { class: "card board" }, build("h2", {}, title), teams,
      build("table", {}, build("thead", {}, build("tr", {}, ["名次", "姓名", "答对", "得分"].map((words) => build("th", { scope: "col" }, words)))),
        build("tbody", {}, state.board.map((line) => build("tr", { class: line.you ? "you" : "" }, build("td", {}, String(line.rank)), build("td", {}, line.name, line.team ? build("small", {}, line.team) : null), build("td", {}, String(line.right)), build("td", {}, String(line.points)))))));
  }
}

{
  const code = location.pathname.split("/").filter(Boolean)[2];
  if (code) new RoomPage(code);
  else new Entrance().show();
}
