using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using Metal3.Lab.Temporal;

var port = new Option<int>("--port", "-p") { Description = "TCP port; 0 takes a free one, printed at start.", DefaultValueFactory = _ => 7233 };
var ip = new Option<string>("--ip") { Description = "Address to listen on.", DefaultValueFactory = _ => "127.0.0.1" };
var skipping = new Option<bool>("--time-skipping", "--enable-time-skipping") { Description = "Let time jump while nothing runs (TestService)." };
var namespaces = new Option<string[]>("--namespace", "-n") { Description = "A namespace to create beside 'default'; may be repeated." };
var attributes = new Option<string[]>("--search-attribute") { Description = "A search attribute to create, as NAME=TYPE; may be repeated." };
var retention = new Option<double>("--retention-hours") { Description = "How long closed runs are kept.", DefaultValueFactory = _ => 24 };
var runs = new Option<int>("--retained-runs") { Description = "How many closed runs are kept at most.", DefaultValueFactory = _ => 10_000 };
// SDKs start the official test server with nothing but a port, and mean one that skips time.
var bare = new Argument<int?>("port") { Arity = ArgumentArity.ZeroOrOne, Description = "A port alone means --port PORT --time-skipping." };
// They start the development server as `temporal server start-dev …`; these words make no difference here.
var ignored = new Option[] { Hidden<bool>("--headless"), Hidden<string>("--log-format"), Hidden<string>("--log-level"), Hidden<int>("--ui-port") };

var root = new RootCommand("A Temporal server in memory, for laptops and tests. Nothing survives its end; production is a real Temporal cluster.")
{
    port, ip, skipping, namespaces, attributes, retention, runs, bare,
};
foreach (var option in ignored)
{
    root.Options.Add(option);
}

root.SetAction(async (parsed, cancellationToken) =>
{
    if (!IPAddress.TryParse(parsed.GetValue(ip), out var address))
    {
        await Console.Error.WriteLineAsync($"--ip: '{parsed.GetValue(ip)}' is no IP address.");
        return 2;
    }

    var types = new Dictionary<string, string>(StringComparer.Ordinal);
    foreach (var attribute in parsed.GetValue(attributes) ?? [])
    {
        if (attribute.Split('=') is not [{ Length: > 0 } name, { Length: > 0 } type])
        {
            await Console.Error.WriteLineAsync($"--search-attribute: '{attribute}' is not NAME=TYPE.");
            return 2;
        }

        types[name] = type;
    }

    var skips = parsed.GetValue(skipping) || parsed.GetValue(bare) is not null;
    using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    });
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    });
    try
    {
        await using var server = await LabTemporal.StartAsync(
            new LabTemporalOptions
            {
                Address = address,
                Port = parsed.GetValue(bare) ?? parsed.GetValue(port),
                TimeSkipping = skips,
                Namespaces = parsed.GetValue(namespaces) ?? [],
                SearchAttributes = types,
                Retention = TimeSpan.FromHours(parsed.GetValue(retention)),
                RetainedRuns = parsed.GetValue(runs),
            },
            stop.Token);
        Console.WriteLine($"Temporal (in memory{(skips ? ", skipping time" : "")}) listens on {server.TargetHost}");
        await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;
    }
    catch (Exception e) when (e is ArgumentException or IOException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
});
string[] words = args is ["server", "start-dev", .. var rest] ? rest : args;
return await root.Parse(words).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static Option<T> Hidden<T>(string name) => new(name) { Hidden = true };
