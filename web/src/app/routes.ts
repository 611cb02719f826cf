/** Which path shows what. A screen is a chunk of its own, loaded when it is first gone to. */

import { loadTexts } from "$/i18n/index.svelte";
import FeedPage from "$/features/feed/FeedPage.svelte";
import type { Component } from "svelte";

/** A screen. */
export type View = Component<{ params: Record<string, string> }>;

export interface Route {
  pattern: string;
  load: () => Promise<{ default: View }>;
  /** Also for people who are not signed in. */
  open?: boolean;
}

/** Part of the first chunk: most come for it, and one more file would cost a slow network a round trip. */
const feed = () => Promise.resolve({ default: FeedPage });
const profile = () => import("$/features/profile/ProfilePage.svelte");
const people = () => import("$/features/profile/FollowsPage.svelte");
/** The administration has texts of its own. */
const admin = (load: Route["load"]) => () => Promise.all([load(), loadTexts("peers")]).then(([view]) => view);
/** So have groups. */
const groups = (load: Route["load"]) => () => Promise.all([load(), loadTexts("groups")]).then(([view]) => view);
const groupPage = groups(() => import("$/features/groups/GroupPage.svelte"));
const adminPage = admin(() => import("$/features/admin/AdminPage.svelte"));

export const ROUTES: readonly Route[] = [
  { pattern: "/", load: feed },
  { pattern: "/home", load: feed },
  { pattern: "/local", load: feed },
  { pattern: "/known", load: feed },
  { pattern: "/bookmarks", load: feed },
  { pattern: "/favourites", load: feed },
  { pattern: "/tags/:tag", load: feed },
  { pattern: "/lists", load: () => import("$/features/lists/ListsPage.svelte") },
  { pattern: "/lists/:list", load: feed },
  { pattern: "/notifications", load: () => import("$/features/notifications/NotificationsPage.svelte") },
  { pattern: "/scheduled", load: () => import("$/features/scheduled/ScheduledPage.svelte") },
  { pattern: "/search", load: () => import("$/features/search/SearchPage.svelte") },
  { pattern: "/groups", load: groups(() => import("$/features/groups/GroupsPage.svelte")) },
  { pattern: "/g/new", load: groups(() => import("$/features/groups/NewGroupPage.svelte")) },
  { pattern: "/g/:id", load: groupPage },
  { pattern: "/g/:id/:section", load: groupPage },
  { pattern: "/people", load: () => import("$/features/people/PeoplePage.svelte") },
  { pattern: "/organisations", load: () => import("$/features/about/OrganisationsPage.svelte") },
  { pattern: "/about", load: () => import("$/features/about/AboutPage.svelte"), open: true },
  { pattern: "/settings", load: () => import("$/features/settings/SettingsPage.svelte") },
  { pattern: "/settings/:section", load: () => import("$/features/settings/SettingsPage.svelte") },
  { pattern: "/admin", load: adminPage },
  { pattern: "/admin/peers/invite", load: admin(() => import("$/features/admin/peers/InvitePage.svelte")) },
  { pattern: "/admin/peers/join", load: admin(() => import("$/features/admin/peers/JoinPage.svelte")) },
  { pattern: "/admin/peers/add", load: admin(() => import("$/features/admin/peers/AddPage.svelte")) },
  {
    pattern: "/admin/peers/network",
    load: admin(() => import("$/features/admin/network/NetworkPage.svelte")),
  },
  { pattern: "/admin/peers/:id", load: admin(() => import("$/features/admin/peers/PeerPage.svelte")) },
  { pattern: "/admin/reports/:id", load: admin(() => import("$/features/admin/ReportPage.svelte")) },
  { pattern: "/admin/:section", load: adminPage },
  // It shows parts of the administration.
  { pattern: "/design", load: admin(() => import("$/features/design/DesignPage.svelte")), open: true },
  { pattern: "/@:acct", load: profile },
  { pattern: "/@:acct/followers", load: people },
  { pattern: "/@:acct/following", load: people },
  { pattern: "/@:acct/:id", load: () => import("$/features/thread/ThreadPage.svelte") },
];
