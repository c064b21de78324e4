import type { Chat } from "../chat";
import type { State } from "../store";
import type { Text } from "../text";
import type { Elder } from "./elder";

/** What every component is drawn from. */
export interface View {
  state: State;
  chat: Pick<Chat, "server" | "say" | "choose" | "retry" | "drop"> & { sessions: Pick<Chat["sessions"], "limits"> };
  text: Text;
  locale: string;
  /** 长辈版, while it is switched on. */
  elder?: Elder | null;
}
