// While a worker looks at the pictures the page asks again; the server says when to stop.
const waiting = document.querySelector("[data-ask-again-seconds]");
if (waiting) setTimeout(() => location.reload(), 1000 * waiting.dataset.askAgainSeconds);
