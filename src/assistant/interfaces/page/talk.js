// The conversation: asking, the answer as it comes, stopping, asking again.
import {
  plainText, renderAdvice, renderNotice, renderQuestion, renderQuestions, renderRelated,
  renderSources, renderWords,
} from "./answer.js";
import { byId, copy, make } from "./dom.js";
import { Failure, call, events } from "./server.js";

const REMEMBERED = 10; // Exchanges that a follow-up question may refer to.
const SLOW_MS = 400;

/** One question with its answer, and where it stands on the page. */
class Exchange {
  constructor(question) {
    this.question = question;
    this.record = null;
    this.turn = "";
    this.element = make("div", { class: "exchange" }, renderQuestion(question));
    this.answer = null;
  }

  show(answer) {
    if (this.answer) this.answer.replaceWith(answer);
    else this.element.append(answer);
    this.answer = answer;
  }
}

export class Talk {
  /** `reader` shows what is cited; `kept` is called when an answer was kept. */
  constructor({ reader, kept, feedback }) {
    this.reader = reader;
    this.kept = kept;
    this.feedback = feedback;
    this.exchanges = [];
    this.conversation = "";
    this.running = null;
    this.keeping = Promise.resolve();
    this.list = byId("exchanges");
    this.box = byId("question");
    byId("box").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    byId("stop").addEventListener("click", () => this.stop());
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("input", () => this.fit());
    this.showExamples();
  }

  pressed(event) {
    // While Chinese is being composed, Enter picks a word and sends nothing.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.box.value && this.exchanges.length) {
      event.preventDefault();
      this.box.value = this.exchanges.at(-1).question;
      this.fit();
    }
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 168)}px`;
  }

  send() {
    const question = this.box.value.trim();
    if (!question || this.running) return;
    this.box.value = "";
    this.fit();
    this.ask(question);
  }

  /** Ask a question; the answer replaces that of `again`, when it is asked once more. */
  async ask(question, again = null) {
    this.stop();
    // The answer before is on its way into its conversation, which goes on with this one.
    await this.keeping;
    this.finishing?.abort();
    const exchange = again ?? this.add(question);
    const before = this.exchanges.slice(0, this.exchanges.indexOf(exchange));
    const previous = exchange.record;
    const running = new AbortController();
    exchange.record = null;
    this.running = running;
    this.finishing = running;
    this.busy(true);
    exchange.show(renderNotice("正在查找……"));
    exchange.element.scrollIntoView({ block: "start" });
    const slow = setTimeout(() => this.sayWhyItWaits(exchange, running), SLOW_MS);
    try {
      await this.listen(exchange, this.request(question, before, again), running, slow);
      if (!exchange.record && !running.signal.aborted) throw new Failure("答复没有送达，请重试。");
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof Failure)) throw error;
      if (!exchange.record) this.fail(exchange, error, previous);
    } finally {
      clearTimeout(slow);
      if (this.running === running) this.idle();
    }
  }

  add(question) {
    const exchange = new Exchange(question);
    this.exchanges.push(exchange);
    this.list.append(exchange.element);
    byId("welcome").hidden = true;
    return exchange;
  }

  request(question, before, again) {
    const answered = before.filter((exchange) => exchange.record).slice(-REMEMBERED);
    return {
      question,
      history: answered.flatMap((exchange) => [
        ["user", exchange.question], ["assistant", exchange.record.answer],
      ]),
      conversation: this.conversation,
      replaces: again?.turn || null,
      suggestions: true,
    };
  }

  async listen(exchange, body, running, slow) {
    let citations = [];
    let text = "";
    let kept = false;
    let done;
    this.keeping = new Promise((resolve) => { done = resolve; });
    try {
      for await (const { name, data } of events("api/ask", body, { signal: running.signal })) {
        clearTimeout(slow);
        if (name === "citations") citations = data;
        else if (name === "text") text += data.delta;
        if (name === "citations" || name === "text") this.showPart(exchange, citations, text);
        else if (name === "early") this.showPart(exchange, citations, data.text, data.checked);
        else if (name === "answer") this.finish(exchange, data, running);
        else if (name === "kept") { kept = true; this.keep(exchange, data); done(); }
        else if (name === "suggestions") this.suggest(exchange, data);
      }
    } finally {
      done();
    }
    // It was deleted meanwhile, in another window: what is asked next begins a new one.
    if (exchange.record && !kept && this.exchanges.includes(exchange)) this.conversation = "";
  }

  showPart(exchange, citations, text, checked = text.length) {
    const parts = [citations.length ? renderSources(citations) : null, renderWords(text, citations, { checked })];
    if (checked < text.length) parts.push(make("p", { class: "caption" }, "核对引文中……"));
    exchange.show(make("div", { class: "answer", role: "article", "aria-label": "答复", "aria-busy": "true" }, ...parts.filter(Boolean)));
  }

  finish(exchange, record, running) {
    exchange.record = record;
    exchange.show(this.renderAnswer(exchange));
    if (this.running === running) this.idle();
    this.reader.showFirst(exchange.answer);
  }

  renderAnswer(exchange) {
    const { record } = exchange;
    const parts = [
      record.question_used && record.question_used !== exchange.question
        ? make("p", { class: "caption used" }, `按“${record.question_used}”查找`) : null,
      record.citations.length ? renderSources(record.citations) : null,
      renderWords(record.answer, record.citations),
    ];
    if (record.status === "clarify") {
      parts.push(renderQuestions("请选择", record.options.map((option) => (
        { label: option.label, question: `${option.label}怎么规定？` })), (q) => this.ask(q)));
    } else {
      parts.push(record.status === "refused" ? renderAdvice(record) : null);
      parts.push(renderRelated(record.related), this.renderFoot(exchange));
    }
    parts.push(make("div", { class: "next" }));
    return make("div", { class: `answer ${record.status}`, role: "article", "aria-label": "答复" },
      ...parts.filter(Boolean));
  }

  renderFoot(exchange) {
    const { record } = exchange;
    const button = (name, words, act) => make(
      "button", { type: "button", class: name, onclick: (event) => act(event.currentTarget) }, words);
    return make("div", { class: "foot" },
      button("copy", "复制答复和出处", (at) => copy(plainText(exchange.question, record), at)),
      button("again", "重新回答", () => this.ask(exchange.question, exchange)),
      make("span", { class: "kept" }),
      record.citations.length ? make("span", {}, "引文已逐字核对") : null,
      make("span", {}, `${Math.ceil(record.elapsed_ms)} 毫秒`));
  }

  suggest(exchange, questions) {
    const caption = exchange.record.status === "refused" ? "可以改问" : "接着问";
    const shown = renderQuestions(caption, questions.map((q) => ({ label: q, question: q })), (q) => this.ask(q));
    if (shown) exchange.answer.querySelector(".next")?.replaceChildren(shown);
  }

  keep(exchange, { conversation, turn }) {
    this.conversation = conversation;
    exchange.turn = turn;
    exchange.verdict = null;
    this.feedback.offer(exchange);
    this.kept(conversation);
  }

  /** Say what went wrong, or show the answer again that was there before. */
  fail(exchange, error, previous) {
    if (previous) {
      exchange.record = previous;
      exchange.show(this.renderAnswer(exchange));
      this.feedback.offer(exchange);
      return;
    }
    exchange.show(renderNotice(error.name === "AbortError" ? "已停止。" : error.message));
    const next = error.status === 401
      ? make("a", { class: "tool", href: "login" }, "去登录")
      : make("button", {
        type: "button", class: "again", onclick: () => this.ask(exchange.question, exchange),
      }, "再试一次");
    exchange.answer.append(make("div", { class: "foot" }, next));
  }

  async sayWhyItWaits(exchange, running) {
    try {
      await call("GET", "readyz");
    } catch (error) {
      if (!exchange.record && !running.signal.aborted) exchange.show(renderNotice(error.message));
    }
  }

  /** Stop what is being answered; what was answered stays. */
  stop() {
    this.running?.abort();
  }

  busy(is) {
    byId("send").hidden = is;
    byId("stop").hidden = !is;
    this.list.setAttribute("aria-busy", String(is));
  }

  idle() {
    this.running = null;
    this.busy(false);
  }

  /** Begin anew. */
  clear() {
    this.stop();
    this.finishing?.abort();
    this.exchanges = [];
    this.conversation = "";
    this.list.replaceChildren();
    byId("welcome").hidden = false;
    this.box.focus();
  }

  /** Show a conversation that was kept: `turns` are oldest first. */
  load(conversation, turns) {
    this.clear();
    this.conversation = conversation;
    byId("welcome").hidden = turns.length > 0;
    for (const { id, question, answer, verdict } of turns) {
      const exchange = new Exchange(question);
      exchange.record = answer;
      exchange.turn = id;
      exchange.verdict = verdict;
      exchange.show(this.renderAnswer(exchange));
      this.exchanges.push(exchange);
      this.list.append(exchange.element);
      this.feedback.offer(exchange);
    }
    this.exchanges.at(-1)?.element.scrollIntoView({ block: "start" });
  }

  async showExamples() {
    const place = byId("examples");
    try {
      const examples = await call("GET", "api/examples");
      const topics = Map.groupBy ? Map.groupBy(examples, (e) => e.topic) : grouped(examples);
      place.replaceChildren(...[...topics].map(([topic, members], i) => make(
        "div", { class: "topic", role: "group", "aria-labelledby": `topic-${i}` },
        make("h3", { id: `topic-${i}` }, topic),
        ...members.map(({ question }) => make("button", {
          type: "button", class: "example", onclick: () => this.ask(question),
        }, question)),
      )));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      place.replaceChildren(make("p", { class: "state" }, error.message));
    }
  }
}

function grouped(examples) {
  const topics = new Map();
  for (const example of examples) {
    topics.set(example.topic, [...(topics.get(example.topic) ?? []), example]);
  }
  return topics;
}
