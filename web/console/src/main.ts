import { GridConsole } from "./components/grid-console";

customElements.define("grid-console", GridConsole);
