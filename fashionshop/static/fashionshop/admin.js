/* Pictures by drag and drop, a look at chosen files, states that follow the work. Without it the
   numbers, the form and a reload do the same. */
"use strict";

const POLL_MILLISECONDS = 2000;
const POLLS = 60;

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".shop-pictures ol").forEach(makeSortable);
  document.querySelectorAll('input[type="file"][multiple]').forEach(showChosen);
  followWork(POLLS);
});

function makeSortable(list) {
  let dragged = null;
  const pictures = () => [...list.querySelectorAll(".shop-picture")];
  if (pictures().length < 2 || !list.querySelector('input[name$="-position"]')) return;

  pictures().forEach((picture) => {
    picture.draggable = true;
    picture.addEventListener("dragstart", () => {
      dragged = picture;
      picture.classList.add("is-dragged");
    });
    picture.addEventListener("dragend", () => picture.classList.remove("is-dragged"));
    picture.addEventListener("dragover", (event) => {
      event.preventDefault();
      if (!dragged || dragged === picture) return;
      const isLater = pictures().indexOf(dragged) < pictures().indexOf(picture);
      picture[isLater ? "after" : "before"](dragged);
    });
    picture.addEventListener("drop", (event) => {
      event.preventDefault();
      pictures().forEach((each, place) => {
        each.querySelector('input[name$="-position"]').value = place;
      });
    });
  });
}

function showChosen(input) {
  const list = input.parentElement.querySelector(".shop-chosen");
  if (!list) return;
  input.addEventListener("change", () => {
    list.querySelectorAll(".is-new").forEach((item) => item.remove());
    for (const file of input.files) {
      const image = new Image();
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      image.onerror = () => item.remove(); // HEIC: the server can read it, this browser cannot
      const frame = document.createElement("span");
      frame.className = "reco-thumb";
      frame.append(image);
      const item = document.createElement("li");
      item.className = "is-new";
      item.append(frame);
      list.append(item);
    }
  });
}

function followWork(polls) {
  const waits = document.querySelector(".shop-pictures :is(.reco-queued, .reco-running)");
  if (!waits || !polls) return;
  setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) refresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
    followWork(polls - 1);
  }, POLL_MILLISECONDS);
}

function refresh(page) {
  page.querySelectorAll("[data-live]").forEach((fresh) => {
    document.querySelector(`[data-live="${fresh.dataset.live}"]`)?.replaceWith(fresh);
  });
}
