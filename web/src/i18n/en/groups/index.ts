/** Texts of the screens of groups: a chunk of their own, since the first screen does without. */

import { groups } from "./groups";
import { members } from "./members";

export const messages = { groups, members } as const;
