/** The page around the widget: its buttons say their sentence to the bot, and wide screens show the chat at once. */

const WIDE = "(min-width: 80rem) and (min-height: 45rem)";

interface Commands {
  push(...commands: unknown[][]): void;
}

const page = window as unknown as { GridChat?: Commands };

function tell(...commands: unknown[][]): void {
  page.GridChat ??= [] as unknown[][];
  page.GridChat.push(...commands);
}

for (const button of document.querySelectorAll<HTMLElement>("[data-say]")) {
  const words = button.dataset.say;
  button.addEventListener("click", () => tell(["open"], ...(words ? [["send", words]] : [])));
}

for (const event of ["open", "close"])
  document.addEventListener(`grid-chat:${event}`, () => document.body.classList.toggle("beside", event === "open"));

const elder = document.querySelector<HTMLElement>("#elder");
elder?.addEventListener("click", () => tell(["setElder", elder.ariaPressed !== "true"]));
document.addEventListener("grid-chat:elder", (event) => {
  const { on } = (event as CustomEvent<{ on: boolean }>).detail;
  document.body.classList.toggle("elder", on);
  if (elder) elder.ariaPressed = String(on);
});

if (matchMedia(WIDE).matches) tell(["open", false]);
