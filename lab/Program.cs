using System.CommandLine;
using System.Reflection;
using Metal3.Lab;
using Metal3.Lab.Ironic;
using Metal3.Lab.Kubernetes;
using Metal3.Lab.Temporal;

if (args is [var part, ..] && Parts.Find(part) is { } program)
{
    return Parts.Run(program, args[1..]);
}

var root = new RootCommand("A data centre on a laptop: Kubernetes, Ironic with its machines, Temporal, bridge and worker.")
{
    UpCommand.Make(),
    FailCommand.Make(),
    Parts.Describe("temporal", "Start the embedded Temporal alone"),
    Parts.Describe("kubernetes", "Start the simulated Kubernetes alone"),
    Parts.Describe("ironic", "Start the simulated Ironic and its BMCs alone"),
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

/// <summary>The parts that are programs of their own, with command lines of their own.</summary>
internal static class Parts
{
    public static Assembly? Find(string name) => name switch
    {
        "temporal" => typeof(LabTemporal).Assembly,
        "kubernetes" => typeof(LabKubernetes).Assembly,
        "ironic" => typeof(LabIronic).Assembly,
        _ => null,
    };

    public static int Run(Assembly program, string[] arguments) =>
        program.EntryPoint!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [arguments], null) is int code ? code : 0;

    /// <summary>Only for the help text: a part's arguments are its own.</summary>
    public static Command Describe(string name, string what) => new(name, $"{what} ('lab {name} --help' has its options).");
}
