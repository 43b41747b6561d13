// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { PreferencesProvider } from "../i18n/preferences";
import { Boundary } from "./Boundary";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function Part({ fails }: { readonly fails: boolean }) {
  if (fails) throw new RangeError("Maximum call stack size exceeded");
  return <p>drawn</p>;
}

function page(key: string, fails: boolean) {
  return (
    <PreferencesProvider>
      <Boundary key={key} text={() => "what the\npart says"}>
        <Part fails={fails} />
      </Boundary>
      <p>the rest</p>
    </PreferencesProvider>
  );
}

test("where a part cannot be drawn its text stands, the rest stays, and another part is drawn again", () => {
  const { container, rerender } = render(page("one", true));
  expect(container.textContent).toContain("what the\npart says");
  expect(screen.getByText("This could not be displayed as intended. Here is its text:")).toBeTruthy();
  expect(screen.getByText("the rest")).toBeTruthy();
  rerender(page("two", false));
  expect(screen.getByText("drawn")).toBeTruthy();
  expect(container.textContent).not.toContain("part says");
});
