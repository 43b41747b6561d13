/** The commands that are seldom needed, and how the page looks. */

import { DropdownMenu } from "radix-ui";

import { COMMANDS } from "../../roadmap/commands/registry";
import type { Commands } from "../../roadmap/commands/useCommands";
import { usePreferences } from "../../shared/i18n/preferences";
import { Button } from "../../shared/ui/Button";
import styles from "./Menu.module.css";

const NAMES = ["cancel", "duplicate", "export", "delete"] as const;

interface MenuProps {
  readonly commands: Commands;
  onRewrite(): void;
}

export function Menu({ commands, onRewrite }: MenuProps) {
  const { t, theme, switchLanguage, switchTheme } = usePreferences();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button aria-label={t("command.more")}>
          <span aria-hidden>⋯</span>
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align="end" sideOffset={6}>
          {NAMES.filter((name) => commands.can(name)).map((name) =>
            name === "export" ? (
              <DropdownMenu.Item key={name} asChild>
                <a href={COMMANDS.export.href(commands.roadmapId)} download>
                  {t(COMMANDS.export.label)}
                </a>
              </DropdownMenu.Item>
            ) : (
              <DropdownMenu.Item key={name} onSelect={() => void commands.run(name)}>
                {t(COMMANDS[name].label)}
              </DropdownMenu.Item>
            ),
          )}
          {commands.can("rewrite") && (
            <DropdownMenu.Item onSelect={onRewrite}>{t("command.rewrite")}</DropdownMenu.Item>
          )}
          <DropdownMenu.Separator className={styles.separator} />
          <DropdownMenu.Item onSelect={switchLanguage}>{t("app.languageName")}</DropdownMenu.Item>
          <DropdownMenu.Item onSelect={switchTheme}>
            {t(theme === "dark" ? "app.useLight" : "app.useDark")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
