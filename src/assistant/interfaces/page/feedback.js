// What people think of an answer that was kept, and the sheet to file it.
import { make } from "./dom.js";
import { Failure, call } from "./server.js";

const VERDICTS = [["right", "正确"], ["wrong", "有误"], ["incomplete", "不完整"]];

export class Feedback {
  /** Put what is there for a kept answer into its foot. */
  offer(exchange) {
    const place = exchange.answer.querySelector(".kept");
    if (!place || !exchange.turn) return;
    const buttons = VERDICTS.map(([verdict, words]) => make("button", {
      type: "button", "data-verdict": verdict, "aria-pressed": String(exchange.verdict === verdict),
      onclick: () => this.choose(exchange, verdict),
    }, words));
    place.replaceChildren(
      make("span", { class: "opinion", role: "group", "aria-label": "评价这条答复" }, ...buttons),
      make("a", { class: "tool", href: `api/answers/${exchange.turn}/sheet.docx`, download: "" }, "答复单"),
    );
  }

  async choose(exchange, verdict) {
    if (!(await this.send(exchange, { verdict }))) return;
    exchange.verdict = verdict;
    this.offer(exchange);
    exchange.answer.querySelector(".comment")?.remove();
    if (verdict !== "right") this.askWhy(exchange, verdict);
  }

  askWhy(exchange, verdict) {
    const field = make("input", {
      type: "text", maxlength: "1000", "aria-label": "哪里不对，或者缺什么", placeholder: "哪里不对，或者缺什么（可不填）",
    });
    const form = make("form", { class: "comment" }, field, make("button", { class: "tool" }, "提交"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.send(exchange, { verdict, comment: field.value.trim() })) {
        form.replaceChildren(make("span", { class: "caption", role: "status" }, "已记下，谢谢。"));
      }
    });
    exchange.answer.querySelector(".foot").after(form);
    field.focus();
  }

  async send(exchange, opinion) {
    try {
      await call("POST", `api/answers/${exchange.turn}/feedback`, opinion);
      return true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      exchange.answer.querySelector(".kept").append(make("span", { role: "alert" }, error.message));
      return false;
    }
  }
}
