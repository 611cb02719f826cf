/** French: complete, or it does not compile. */

import type { Messages } from "../index.svelte";
import { about } from "./about";
import { auth } from "./auth";
import { common } from "./common";
import { composer } from "./composer";
import { design } from "./design";
import { feed } from "./feed";
import { files } from "./files";
import { filters } from "./filters";
import { lists } from "./lists";
import { media } from "./media";
import { nav } from "./nav";
import { notifications } from "./notifications";
import { post } from "./post";
import { profile } from "./profile";
import { report } from "./report";
import { scheduled } from "./scheduled";
import { search } from "./search";
import { settings } from "./settings";
import { thread } from "./thread";

export const messages: Messages = {
  about,
  auth,
  common,
  composer,
  design,
  feed,
  files,
  filters,
  lists,
  media,
  nav,
  notifications,
  post,
  profile,
  report,
  scheduled,
  search,
  settings,
  thread,
};
