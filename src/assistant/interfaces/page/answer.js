// An answer as people see it: the evidence, the words with their numbers, what to do next.
import { lines, make, placeLink } from "./dom.js";

const MARKER = /\[(\d+)\]/g;
const EXCERPT = 72;

/** Return the address of a quotation; the server knows which article holds it. */
function citationLink({ doc_id: doc, start, end }) {
  return placeLink({ doc, start, end });
}

/** Return the evidence: one link for each article, with all its numbers. */
export function renderSources(citations) {
  const byLabel = new Map();
  for (const citation of citations) {
    byLabel.set(citation.label, [...(byLabel.get(citation.label) ?? []), citation]);
  }
  const links = [...byLabel.values()].map((group) => make(
    "a",
    { class: "source", href: citationLink(group[0]), title: group.map((c) => c.quote).join("\n") },
    make("b", {}, group.map((c) => c.marker).join("、")), ` ${group[0].label}`,
  ));
  return make("div", { class: "sources", role: "group", "aria-label": "依据" },
    make("span", { class: "caption" }, "依据"), ...links);
}

/** Return the text, every number of a citation a link to its sentence. */
export function renderWords(text, citations, { checked = text.length } = {}) {
  const words = make("div", { class: "words" });
  let at = 0;
  for (const line of text.split("\n")) {
    if (line.trim()) {
      const sure = Math.max(0, Math.min(line.length, checked - at));
      const paragraph = make("p", {}, ...linkMarkers(line.slice(0, sure), citations));
      if (sure < line.length) {
        paragraph.append(make("span", { class: "unchecked" }, line.slice(sure)));
      }
      words.append(paragraph);
    }
    at += line.length + 1;
  }
  return words;
}

function linkMarkers(line, citations) {
  const byMarker = new Map(citations.map((citation) => [citation.marker, citation]));
  const nodes = [];
  let at = 0;
  for (const match of line.matchAll(MARKER)) {
    const citation = byMarker.get(Number(match[1]));
    if (!citation) continue;
    nodes.push(line.slice(at, match.index), make("a", {
      class: "marker",
      href: citationLink(citation),
      title: `${citation.label}：${citation.quote}`,
      "aria-label": `依据${citation.marker}，${citation.label}`,
    }, `[${citation.marker}]`));
    at = match.index + match[0].length;
  }
  return [...nodes, line.slice(at)];
}

export function renderRelated(related) {
  if (!related.length) return null;
  const members = related.map((one) => make("li", {},
    make("a", { href: relatedLink(one) }, one.label),
    make("span", {}, one.text.length > EXCERPT ? `${one.text.slice(0, EXCERPT)}……` : one.text)));
  return make("div", { class: "related" },
    make("span", { class: "caption" }, "相近条文，仅供参考，不是对所问问题的回答"),
    make("ul", {}, ...members));
}

function relatedLink(related) {
  const unit = related.article_id.split("#")[1] ?? "";
  return placeLink({ doc: related.doc_id, article: unit });
}

/** Return buttons that each ask a question: candidates, or what to go on with. */
export function renderQuestions(caption, questions, ask) {
  if (!questions.length) return null;
  return make("div", { class: "onward", role: "group", "aria-label": caption },
    make("span", { class: "caption" }, caption),
    ...questions.map(({ label, question }) => make(
      "button", { type: "button", class: "option", onclick: () => ask(question) }, label,
    )));
}

/** Return how to ask so that it is answered, for a question that was refused. */
export function renderAdvice(record) {
  const example = record.related[0]?.label;
  const advice = [
    "换成文件里的说法再问，一次问一件事；",
    example ? `写明文件和条号，例如“${example}怎么规定？”；` : "写明文件和条号；",
    "不知道怎么说时，在“材料”里按字词查找。",
  ];
  return make("p", { class: "advice" }, `可以这样试试：${advice.join("")}`);
}

/** Return an answer and its sources as plain text, to be pasted into a document. */
export function plainText(question, record) {
  const text = [`问：${question}`, `答：${record.answer}`];
  if (record.citations.length) {
    text.push("出处：");
    for (const c of record.citations) text.push(`[${c.marker}] ${c.label}：“${c.quote.trim()}”`);
  }
  if (record.related.length) {
    text.push("相近条文（不是对所问问题的回答）：");
    for (const one of record.related) text.push(`- ${one.label}`);
  }
  return text.join("\n");
}

export function renderQuestion(question) {
  return make("div", { class: "question", role: "article", "aria-label": "提问" },
    ...question.split("\n").flatMap((line, i) => (i ? [make("br"), line] : [line])));
}

export function renderNotice(message) {
  return make("div", { class: "answer notice", role: "article", "aria-label": "答复" },
    ...lines(message).map((line) => make("p", {}, line)));
}
