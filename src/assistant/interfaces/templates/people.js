// What the pages beside the chat need of a script: questions before what cannot be undone, progress.
(() => {
  "use strict";

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    // A second click must not send it twice.
    for (const button of form.querySelectorAll("button[type=submit]")) {
      setTimeout(() => { button.disabled = true; }, 0);
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[disabled][type=submit]")) {
      button.disabled = false;
    }
  });

  const job = document.querySelector("[data-job]");
  if (job) {
    const bar = job.querySelector("progress");
    const words = job.querySelector(".words");
    const look = async () => {
      try {
        const response = await fetch(job.dataset.job, { headers: { Accept: "application/json" } });
        const state = await response.json();
        words.textContent = state.words;
        if (state.total) { bar.max = state.total; bar.value = state.done; }
        if (!state.running) { window.location.reload(); return; }
      } catch (error) { words.textContent = "暂时连不上服务，正在重试……"; }
      setTimeout(look, 700);
    };
    setTimeout(look, 300);
  }
})();
