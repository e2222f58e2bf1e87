using Temporalio.Workflows;

namespace Metal3.Workflows.Steps;

/// <summary>What running workflows must be guarded from; a patch goes two releases after the one that brought it.</summary>
internal static class Patches
{
    /// <summary>
    /// Steps that were taken one after the other though the later did not need the earlier go together, and nobody is asked or told what
    /// is known already. Histories from before it are in <c>tests/histories</c>, those with it in <c>tests/histories/fewer-steps</c>.
    /// </summary>
    public static bool FewerSteps => Workflow.Patched("fewer-steps");
}
