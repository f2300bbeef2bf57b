// Shows the shopper's own photo with the pieces found in it, and lets them choose a part with pointer or
// arrow keys. The photo stays in this tab; a part is searched by sending the photo once more.
// Without this script the pieces are buttons by name, and everything else works the same.
(() => {
  const longest = 1200; // pixels a side that are kept for another look
  const step = 0.02; // of the photo, for each arrow key
  const smallest = 0.1; // of a side
  const store = window.sessionStorage;
  const texts = document.querySelector("[data-photo-pieces]")?.dataset ?? {};

  async function keep(file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    store.setItem("photo", canvas.toDataURL("image/jpeg", 0.85));
    store.setItem("photo-of", "next");
  }

  function onSend(form) {
    form.addEventListener("submit", async (event) => {
      const file = [...form.querySelectorAll("input[type=file]")].map((input) => input.files[0]).find(Boolean);
      if (!file) return;
      event.preventDefault();
      try {
        await keep(file);
      } catch {
        store.clear(); // a picture this browser cannot draw, or no room: the search works all the same
      }
      form.submit();
    });
  }

  function letDropAndPaste(form) {
    const take = (event, files) => {
      const picture = [...(files ?? [])].find((file) => file.type.startsWith("image/"));
      if (!picture) return;
      event.preventDefault();
      const list = new DataTransfer();
      list.items.add(picture);
      form.elements.saved.files = list.files;
      form.requestSubmit();
    };
    form.querySelector("[data-photo-drop]").hidden = false;
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => take(event, event.dataTransfer?.files));
    document.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
  }

  function photoOf(seen) {
    if (store.getItem("photo-of") === "next") store.setItem("photo-of", seen);
    return store.getItem("photo-of") === seen ? store.getItem("photo") : null;
  }

  function place(element, box) {
    element.style.insetInlineStart = `${box.x * 100}%`;
    element.style.insetBlockStart = `${box.y * 100}%`;
    element.style.inlineSize = `${box.width * 100}%`;
    element.style.blockSize = `${box.height * 100}%`;
  }

  function within(box) {
    const width = Math.min(1, Math.max(smallest, box.width));
    const height = Math.min(1, Math.max(smallest, box.height));
    const x = Math.min(1 - width, Math.max(0, box.x));
    const y = Math.min(1 - height, Math.max(0, box.y));
    return { x, y, width, height };
  }

  function showPieces(section, photo) {
    const frame = document.createElement("div");
    frame.className = "pieces__photo";
    frame.dir = "ltr"; // shares count from the left of the photo, whatever the language
    const image = document.createElement("img");
    image.src = photo;
    image.alt = texts.textPhoto;
    const list = section.querySelector(".pieces__list");
    list.before(frame);
    frame.append(image);
    const places = [...list.querySelectorAll(".piece__place")];
    const boxes = places.map(({ dataset }) => ({
      x: dataset.x / 100, y: dataset.y / 100, width: dataset.width / 100, height: dataset.height / 100,
    }));
    const onPhoto = document.createElement("ul");
    onPhoto.className = "pieces__boxes";
    onPhoto.setAttribute("role", "list");
    places.forEach((item, index) => {
      place(item, boxes[index]);
      item.style.zIndex = Math.round(100 - 99 * boxes[index].width * boxes[index].height);
      onPhoto.append(item);
    });
    frame.append(onPhoto);
    return { frame, boxes, chosen: places.findIndex((item) => item.querySelector("[aria-current]")) };
  }

  function cropFrame(start, onChange) {
    const frame = document.createElement("div");
    frame.className = "crop";
    frame.tabIndex = 0;
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-roledescription", texts.textFrame);
    frame.setAttribute("aria-label", texts.textKeys);
    const handle = document.createElement("span");
    handle.className = "crop__handle";
    frame.append(handle);
    let box = within(start);
    const set = (next) => {
      box = within(next);
      place(frame, box);
      onChange(box);
    };
    frame.addEventListener("keydown", (event) => {
      const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
      if (!right && !down) return;
      event.preventDefault();
      const keys = event.shiftKey ? ["width", "height"] : ["x", "y"];
      set({ ...box, [keys[0]]: box[keys[0]] + right * step, [keys[1]]: box[keys[1]] + down * step });
    });
    frame.addEventListener("pointerdown", (event) => {
      const keys = event.target === handle ? ["width", "height"] : ["x", "y"];
      const from = { ...box, left: event.clientX, top: event.clientY };
      const size = frame.parentElement.getBoundingClientRect();
      frame.setPointerCapture(event.pointerId);
      event.preventDefault();
      frame.focus();
      frame.onpointermove = (moved) => set({
        ...box,
        [keys[0]]: from[keys[0]] + (moved.clientX - from.left) / size.width,
        [keys[1]]: from[keys[1]] + (moved.clientY - from.top) / size.height,
      });
      frame.onpointerup = frame.onpointercancel = () => { frame.onpointermove = null; };
    });
    set(box);
    return { frame, current: () => box };
  }

  async function search(photo, box, seen) {
    const form = document.querySelector(".photo__form");
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("photo", await (await fetch(photo)).blob(), "photo.jpg");
    data.append("crop", ["x", "y", "width", "height"].map((side) => Math.min(1, box[side]).toFixed(4)).join(","));
    data.append("seen", seen);
    const reply = await fetch(form.action, { method: "POST", body: data });
    if (reply.redirected) {
      store.setItem("photo-of", new URL(reply.url).searchParams.get("seen"));
      window.location.assign(reply.url);
      return "";
    }
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    return page.querySelector(".notice")?.textContent.trim() ?? texts.textFailed;
  }

  function words(box) {
    return texts.textPlace.replace(/\{(\w+)\}/g, (_, side) => Math.round(box[side] * 100));
  }

  function letChoose(section, shown, photo) {
    const status = section.querySelector("[role=status]");
    const open = document.createElement("button");
    open.type = "button";
    open.className = "button button--quiet";
    open.textContent = texts.textChoose;
    const go = document.createElement("button");
    go.type = "button";
    go.className = "button";
    go.textContent = texts.textSearch;
    go.hidden = true;
    const actions = document.createElement("p");
    actions.className = "pieces__actions";
    actions.append(open, go);
    shown.frame.after(actions);
    const start = shown.boxes[shown.chosen] ?? { x: 0.2, y: 0.2, width: 0.6, height: 0.6 };
    let crop = null;
    open.addEventListener("click", () => {
      if (!crop) {
        crop = cropFrame(start, (box) => { status.textContent = words(box); });
        shown.frame.classList.add("is-cropping");
        shown.frame.append(crop.frame);
        go.hidden = false;
      }
      crop.frame.focus();
    });
    go.addEventListener("click", async () => {
      go.disabled = true;
      status.textContent = texts.textLooking;
      status.textContent = await search(photo, crop.current(), section.dataset.seen).catch(() => texts.textFailed);
      go.disabled = false;
    });
  }

  document.querySelectorAll(".photo__form").forEach((form) => {
    onSend(form);
    letDropAndPaste(form);
  });
  const section = document.querySelector("[data-photo-pieces]");
  const photo = section && photoOf(section.dataset.seen);
  if (photo) letChoose(section, showPieces(section, photo), photo);
})();
