/** A command that needs nothing but the roadmap, as a button; nothing where it is not permitted. */

import { COMMANDS, type SimpleName } from "../../roadmap/commands/registry";
import type { Commands } from "../../roadmap/commands/useCommands";
import { usePreferences } from "../../shared/i18n/preferences";
import type { PlainKey } from "../../shared/i18n/translate";
import { Button } from "../../shared/ui/Button";

interface CommandButtonProps {
  readonly commands: Commands;
  readonly name: SimpleName;
  readonly kind?: "plain" | "primary";
  /** Where other words than its own fit better. */
  readonly label?: PlainKey;
}

export function CommandButton({ commands, name, kind = "plain", label }: CommandButtonProps) {
  const { t } = usePreferences();
  if (!commands.can(name)) return null;
  return (
    <Button kind={kind} disabled={commands.isPending} onClick={() => void commands.run(name)}>
      {t(label ?? COMMANDS[name].label)}
    </Button>
  );
}
