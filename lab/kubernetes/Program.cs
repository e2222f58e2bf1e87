using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Metal3.Lab.Kubernetes;

var port = new Option<int>("--port") { Description = "TCP port on the loopback interface; 0 takes a free one.", DefaultValueFactory = _ => 16443 };
var data = new Option<string?>("--data") { Description = "Directory that keeps all objects over restarts; without it nothing is kept." };
var token = new Option<string?>("--token") { Description = "Bearer token that every request needs; LAB_KUBERNETES_TOKEN does the same and shows in no process list." };
var tls = new Option<bool>("--tls") { Description = "Serve HTTPS with a certificate of the server's own, which the kubeconfig trusts." };
var kubeconfig = new Option<string?>("--kubeconfig") { Description = "File to write a kubeconfig to." };
var crds = new Option<string[]>("--crds") { Description = "YAML file, or directory of them, with CustomResourceDefinitions to apply at start; may be repeated." };
var services = new Option<string[]>("--service") { Description = "NAMESPACE/NAME=URL: where webhooks that name this service are called; may be repeated." };
services.Validators.Add(result =>
{
    foreach (var given in result.Tokens.Select(token => token.Value).Where(given => Service(given) is null))
    {
        result.AddError($"--service {given}: write NAMESPACE/NAME=URL, such as metal3/metal3-bridge-webhook=https://127.0.0.1:9443");
    }
});

port.Validators.Add(result =>
{
    foreach (var given in result.Tokens.Select(token => token.Value).Where(given => int.TryParse(given, out var number) && number is < 0 or > IPEndPoint.MaxPort))
    {
        result.AddError($"--port {given}: write a number from 0 to {IPEndPoint.MaxPort}; 0 takes a free one");
    }
});

var command = new RootCommand("A Kubernetes API server in one process, for laptops and tests. kubectl works against it.")
{
    port, data, token, tls, kubeconfig, crds, services,
};
command.SetAction(async (arguments, cancellation) =>
{
    using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)); // why it cannot start is said below, in a sentence
    var options = new LabKubernetesOptions
    {
        Port = arguments.GetValue(port),
        DataDirectory = arguments.GetValue(data),
        Token = arguments.GetValue(token) ?? Environment.GetEnvironmentVariable("LAB_KUBERNETES_TOKEN"),
        Tls = arguments.GetValue(tls),
        KubeconfigPath = arguments.GetValue(kubeconfig),
        CrdPaths = arguments.GetValue(crds) ?? [],
        Services = (arguments.GetValue(services) ?? []).Select(given => Service(given)!.Value).ToDictionary(StringComparer.Ordinal),
        Logging = logging,
    };
    var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        stop.TrySetResult();
    }

    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    try
    {
        await using var lab = await LabKubernetes.StartAsync(options, cancellation);
        Console.WriteLine($"Kubernetes API at {lab.Address}");
        Console.WriteLine(options.KubeconfigPath is { } written
            ? $"Try: kubectl --kubeconfig {written} api-resources"
            : "With --kubeconfig FILE it writes a kubeconfig for kubectl.");
        await stop.Task.WaitAsync(cancellation);
        return 0;
    }
    catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync($"lab-kubernetes cannot start: {e.Message}");
        return 1;
    }
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static KeyValuePair<string, Uri>? Service(string given) =>
    given.Split('=', 2) is [var name, var url] && name.Split('/') is [{ Length: > 0 }, { Length: > 0 }]
    && Uri.TryCreate(url, UriKind.Absolute, out var at) && at.Scheme is "http" or "https"
        ? new(name, at)
        : null;
