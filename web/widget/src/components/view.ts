import type { Chat } from "../chat";
import type { State } from "../store";
import type { Text } from "../text";

/** What every component is drawn from. */
export interface View {
  state: State;
  chat: Chat;
  text: Text;
  locale: string;
}
