namespace Metal3.EndToEnd.Parts;

/// <summary>Runs that take ten minutes each and have a machine to themselves.</summary>
internal static class LongRuns
{
    /// <summary>Skips unless <c>METAL3_LONG=1</c>: such a run says little on a machine that does other things, and holds a gate up.</summary>
    public static void OnlyIfWanted() =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable("METAL3_LONG") is "1", "takes ten minutes: set METAL3_LONG=1");
}
