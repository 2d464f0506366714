import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { SetupPage } from "../features/account/pages/setup-page.tsx";
import { SignInPage } from "../features/account/pages/sign-in-page.tsx";
import { ImportPage } from "../features/studio/pages/import-page.tsx";
import { NewAppPage } from "../features/studio/pages/new-app-page.tsx";
import { StudioPage } from "../features/studio/pages/studio-page.tsx";
import { showLocale } from "../messages/load.ts";
import { sessionQuery } from "../shared/session/session-queries.ts";
import { NotFoundPage, PageFailure } from "./page-failure.tsx";
import { leadsElsewhere, queryClient, whenSignedOut } from "./query-client.ts";
import { oneOf, text } from "./search-params.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: PageFailure });

const setup = createRoute({ getParentRoute: () => root, path: "/setup", component: SetupPage });
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: (search: Record<string, unknown>) => text(search, "next"),
  component: SignInPage,
});

/** Every page with the rail: loads who is signed in first, and keeps the address for after sign-in. */
const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ location }) => {
    try {
      const session = await queryClient.ensureQueryData(sessionQuery);
      if (document.documentElement.lang !== session.account.locale) await showLocale(session.account.locale);
    } catch (error) {
      if (!leadsElsewhere(error)) throw error;
      if (error.code === "setup.required") throw redirect({ to: "/setup" });
      throw redirect({ to: "/signin", search: { next: location.href } });
    }
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/studio" });
  },
});
const studio = createRoute({
  getParentRoute: () => frame,
  path: "/studio",
  validateSearch: (search: Record<string, unknown>) => ({
    ...text(search, "q"),
    ...oneOf(search, "kind", ["workflow", "advanced-chat", "chat", "completion", "agent-chat"]),
    ...oneOf(search, "view", ["list"]),
  }),
  component: StudioPage,
});
const newApp = createRoute({ getParentRoute: () => frame, path: "/studio/new", component: NewAppPage });
const importApp = createRoute({ getParentRoute: () => frame, path: "/studio/import", component: ImportPage });

const appHome = createRoute({
  getParentRoute: () => frame,
  path: "/apps/$appId",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/apps/$appId/build", params });
  },
});
const build = createRoute({
  getParentRoute: () => frame,
  path: "/apps/$appId/build",
  validateSearch: (search: Record<string, unknown>) => ({
    ...text(search, "step"),
    ...text(search, "at"),
    ...text(search, "run"),
    ...oneOf(search, "tab", ["trace", "result", "inputs", "events"]),
  }),
  component: lazyRouteComponent(() => import("../features/builder/pages/builder-page.tsx"), "BuilderPage"),
});
const runs = createRoute({
  getParentRoute: () => frame,
  path: "/apps/$appId/runs",
  component: lazyRouteComponent(() => import("../features/runs/pages/runs-page.tsx"), "RunsPage"),
});
const compareRuns = createRoute({
  getParentRoute: () => frame,
  path: "/apps/$appId/runs/$runId/compare",
  validateSearch: (search: Record<string, unknown>) => ({ ...text(search, "with"), ...text(search, "step") }),
  component: lazyRouteComponent(() => import("../features/runs/pages/compare-page.tsx"), "ComparePage"),
});
const access = createRoute({
  getParentRoute: () => frame,
  path: "/apps/$appId/access/api",
  component: lazyRouteComponent(() => import("../features/access/pages/access-page.tsx"), "AccessPage"),
});
const models = createRoute({
  getParentRoute: () => frame,
  path: "/integrations/models",
  component: lazyRouteComponent(() => import("../features/models/pages/models-page.tsx"), "ModelsPage"),
});
const integrations = createRoute({
  getParentRoute: () => frame,
  path: "/integrations",
  beforeLoad: () => {
    throw redirect({ to: "/integrations/models" });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    setup,
    signIn,
    frame.addChildren([
      home,
      studio,
      newApp,
      importApp,
      appHome,
      build,
      runs,
      compareRuns,
      access,
      models,
      integrations,
    ]),
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: PageFailure,
});

whenSignedOut((error) => {
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
  if (error.code === "setup.required") void router.navigate({ to: "/setup" });
  else if (router.state.location.pathname !== "/signin") {
    void router.navigate({ to: "/signin", search: { next: router.state.location.href } });
  }
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
