/** French texts of the screens of groups: complete, or it does not compile. */

import { groups } from "./groups";
import { members } from "./members";

export const messages = { groups, members };
