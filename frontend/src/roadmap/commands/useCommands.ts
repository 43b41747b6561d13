/** Gives commands to a roadmap, one after the other. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { usePreferences } from "../../shared/i18n/preferences";
import { useNotice } from "../../shared/ui/notice";
import { aboutQuery, LISTS } from "../queries";
import type { Concept, Roadmap } from "../roadmap";
import { isPermitted, type CommandName } from "./permitted";
import {
  COMMANDS,
  type Afterwards,
  type CommandPage,
  type Input,
  type SentCommands,
  type SentName,
} from "./registry";

export interface Commands {
  readonly roadmapId: string;
  /** One is on its way. */
  readonly isPending: boolean;
  /** Whether the state of the roadmap, and of the concept, permits a command. */
  can(name: CommandName, concept?: Concept): boolean;
  /** Tells whether the command was carried out; a refusal is shown as a sentence, and rejects nothing. */
  run<Name extends SentName>(name: Name, ...input: Input<Name>): Promise<boolean>;
}

/** Nothing can be done to a roadmap that is not known yet. */
export function useCommands(roadmapId: string, roadmap: Roadmap | undefined): Commands {
  const { t } = usePreferences();
  const { show, fault, clearPassed } = useNotice();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const byStatus = useQuery(aboutQuery()).data?.concept_commands;
  const { mutateAsync, isPending } = useMutation<Afterwards, Error, () => Promise<Afterwards>>({
    mutationFn: (send) => send(),
    onSuccess: clearPassed,
    onError: fault,
    scope: { id: roadmapId },
  });
  const run = async <Name extends SentName>(name: Name, ...input: Input<Name>) => {
    const commands: SentCommands = COMMANDS;
    let afterwards: Afterwards;
    try {
      afterwards = await mutateAsync(() => commands[name].send(roadmapId, ...input));
    } catch {
      return false; // `fault` has shown why
    }
    await afterwards(page);
    return true;
  };
  const page: CommandPage = {
    t,
    title: roadmap?.title || roadmap?.goal || "",
    show,
    run,
    refreshLists: () => queries.invalidateQueries(LISTS),
    openHome: () => navigate({ to: "/" }),
    openRoadmap: (id) => navigate({ to: "/roadmaps/$roadmapId", params: { roadmapId: id } }),
  };
  return {
    roadmapId,
    isPending,
    can: (name, concept) =>
      roadmap !== undefined && isPermitted(name, roadmap, concept && { concept, byStatus }),
    run,
  };
}
