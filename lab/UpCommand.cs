using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Metal3.Lab.Ironic;
using Spectre.Console;

namespace Metal3.Lab;

/// <summary><c>lab up</c>: everything in one process, three hosts, and what to try next.</summary>
internal static class UpCommand
{
    public static Command Make()
    {
        var hosts = new Option<int?>("--hosts") { Description = "Sample hosts to apply; their BMCs are Redfish, Redfish with virtual media, and IPMI in turn. Default: 3, with a real Ironic 0", HelpName = "N" };
        var speed = new Option<string>("--speed") { Description = "How long machines take: real, fast or instant", DefaultValueFactory = _ => "fast", HelpName = "real|fast|instant" };
        _ = speed.AcceptOnlyFromAmong("real", "fast", "instant");
        var once = new Option<bool>("--once") { Description = "End when all hosts are provisioned: with 0, or with 1 and the reasons after the time-out" };
        var timeout = new Option<int?>("--timeout") { Description = "Seconds for the hosts to become provisioned. Default: 300, with --speed real 3600", HelpName = "SECONDS" };
        var temporal = new Option<string?>("--temporal") { Description = "Another Temporal: its address, or cli for the development server of the temporal CLI (found by TEMPORAL_CLI or on PATH), which has a UI. Default: the embedded one", HelpName = "ADDRESS|cli" };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Use this cluster instead of the simulated one; the CRDs are applied to it", HelpName = "FILE" };
        var ironic = new Option<string?>("--ironic") { Description = "Use this Ironic instead of the simulated one, for example http://172.22.0.2:6385/v1/; DEPLOY_KERNEL_URL and DEPLOY_RAMDISK_URL say where its ramdisk is", HelpName = "URL" };
        var space = new Option<string>("--namespace", "-n") { Description = "Namespace of the sample hosts", DefaultValueFactory = _ => "default", HelpName = "NAME" };
        var data = new Option<string?>("--data") { Description = "Directory that keeps Kubernetes, Ironic and a development Temporal over restarts. Default: nothing is kept", HelpName = "DIR" };
        var failures = new Option<string[]>("--fail") { Description = "A failure that is there from the start; may be repeated. See 'lab fail --help'", DefaultValueFactory = _ => [], HelpName = "HOST=KIND" };
        var kubernetesPort = Port("--kubernetes-port", "the simulated Kubernetes", 16443);
        var ironicPort = Port("--ironic-port", "the simulated Ironic and its BMCs", 6385);
        var temporalPort = Port("--temporal-port", "the embedded Temporal or the development server", 7233);
        var uiPort = Port("--ui-port", "the development server's UI", 8233);
        var command = new Command("up", "Start a data centre on this computer, apply sample hosts, and show how they are provisioned.")
        {
            hosts, speed, once, timeout, temporal, kubeconfig, ironic, space, data, failures, kubernetesPort, ironicPort, temporalPort, uiPort,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var count = parsed.GetValue(hosts) ?? (parsed.GetValue(ironic) is null ? 3 : 0);
                if (count is < 0 or > 100_000)
                {
                    throw new LabException($"--hosts must be from 0 to 100000, not {count}.");
                }

                var isReal = parsed.GetValue(speed) == "real";
                var seconds = parsed.GetValue(timeout) ?? (isReal ? 3600 : 300);
                if (seconds < 1)
                {
                    throw new LabException("--timeout must be at least 1 second.");
                }

                var directory = Path.GetFullPath(parsed.GetValue(data) ?? LabState.DefaultDirectory);
                if (LabState.Find(directory) is { } other)
                {
                    throw new LabException($"A lab runs already with {directory} (process {other.Process}). Stop it, or use --data DIR and --*-port 0.");
                }

                var options = new LabOptions
                {
                    Directory = directory,
                    KeepsData = parsed.GetValue(data) is not null,
                    KubernetesPort = parsed.GetValue(kubernetesPort),
                    IronicPort = parsed.GetValue(ironicPort),
                    TemporalPort = parsed.GetValue(temporalPort),
                    TemporalUiPort = parsed.GetValue(uiPort),
                    Times = StageTimes.Named(parsed.GetValue(speed)!),
                    Kubeconfig = parsed.GetValue(kubeconfig),
                    Ironic = IronicUrl(parsed.GetValue(ironic)),
                    TemporalAddress = parsed.GetValue(temporal) is { } address and not "cli" ? address : null,
                    TemporalCli = parsed.GetValue(temporal) is "cli" ? Cli() : null,
                    Admission = true,
                    Settings = isReal
                        ? new(StringComparer.Ordinal)
                        : new Dictionary<string, string?>(StringComparer.Ordinal) { ["Host:Patience:BackoffUnit"] = "00:00:05" },
                };
                return await RunAsync(
                    options,
                    SampleHost.Many(count, parsed.GetValue(space)!),
                    [.. parsed.GetValue(failures)!.Select(Failure)],
                    parsed.GetValue(space)!,
                    parsed.GetValue(once),
                    TimeSpan.FromSeconds(seconds),
                    cancellation);
            }
            catch (LabException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 2;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(
        LabOptions options,
        IReadOnlyList<SampleHost> hosts,
        IReadOnlyList<(string Host, string Kind)> failures,
        string @namespace,
        bool once,
        TimeSpan patience,
        CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await using var lab = await LabDataCenter.StartAsync(options, stop.Token);
            new LabState(Environment.ProcessId, lab.IronicAdminAddress, lab.KubeconfigPath, lab.TemporalAddress).Write(options.Directory);
            try
            {
                return await ShowAsync(lab, options, hosts, failures, @namespace, once, patience, stop.Token);
            }
            finally
            {
                LabState.Remove(options.Directory);
                if (stop.IsCancellationRequested)
                {
                    Console.Out.WriteLine(options.KeepsData
                        ? $"Stopping. 'lab up --data {options.Directory}' goes on from here."
                        : "Stopping.");
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return once ? 1 : 0; // asked to stop: for --once that is not what was waited for
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> ShowAsync(
        LabDataCenter lab,
        LabOptions options,
        IReadOnlyList<SampleHost> hosts,
        IReadOnlyList<(string Host, string Kind)> failures,
        string @namespace,
        bool once,
        TimeSpan patience,
        CancellationToken cancellation)
    {
        var output = Console.Out;
        await output.WriteLineAsync($"Kubernetes  {lab.SimulatedKubernetes?.Address.ToString() ?? "the cluster of"}  kubeconfig {lab.KubeconfigPath}");
        await output.WriteLineAsync($"Ironic      {lab.IronicEndpoint}{(lab.SimulatedIronic is null ? "" : "  (simulated, with its BMCs)")}");
        await output.WriteLineAsync(
            $"Temporal    {lab.TemporalAddress}{(lab.TemporalUi is { } ui ? $"  UI {ui}" : options.TemporalAddress is null ? "  (embedded, in memory)" : "")}");
        if (options.Logging is null)
        {
            await output.WriteLineAsync($"Log         {Path.Combine(options.Directory, "lab.log")}");
        }

        await output.WriteLineAsync();
        if (hosts.Count > 0)
        {
            _ = await lab.DeclareAsync(hosts, cancellation);
            foreach (var (host, kind) in failures)
            {
                await lab.FailAsync(host, kind, heal: false, cancellation);
            }

            await lab.AddHostsAsync(hosts, cancellation);
        }

        var progress = new HostProgress(lab, @namespace, [.. hosts.Select(host => host.Name)]);
        var view = new ProgressView(AnsiConsole.Console, progress);
        var rows = await view.UntilProvisionedAsync(patience, cancellation);
        var missing = rows.Where(row => !row.IsProvisioned).ToList();
        await output.WriteLineAsync();
        if (missing.Count == 0)
        {
            await output.WriteLineAsync(hosts.Count == 0
                ? "Everything runs. Apply your BareMetalHosts."
                : string.Create(CultureInfo.InvariantCulture, $"All {hosts.Count} hosts are provisioned after {progress.Elapsed.TotalSeconds:0.0} s."));
        }
        else
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{missing.Count} of {hosts.Count} hosts are not provisioned after {patience.TotalSeconds:0} s:"));
            foreach (var row in missing)
            {
                await output.WriteLineAsync($"  {row.Name}: {Reason(row)}");
            }
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync(Next(lab, options, hosts, @namespace));
        if (once)
        {
            return missing.Count == 0 ? 0 : 1;
        }

        await output.WriteLineAsync("Everything stays up until Ctrl-C.");
        await view.FollowAsync(cancellation);
        return 0;
    }

    private static string Reason(HostRow row) =>
        $"{row.State}{(row.Step.Length > 0 ? $", at {row.Step}" : "")}"
        + (row.Waiting.Length > 0 ? $", waits for: {row.Waiting}" : "")
        + (row.Error.Length > 0 ? $"; {row.Error}" : "");

    private static string Next(LabDataCenter lab, LabOptions options, IReadOnlyList<SampleHost> hosts, string @namespace)
    {
        var host = hosts.Count > 0 ? hosts[0].Name : "NAME";
        var id = $"host/{@namespace}/{host}";
        var kubectl = $"kubectl --kubeconfig {lab.KubeconfigPath} -n {@namespace}";
        var where = options.KeepsData ? $" --data {options.Directory}" : "";
        var text = $"""
            What to try next
              {kubectl} get baremetalhosts
              {kubectl} patch bmh {host} --type merge -p '{"{"}"spec":{"{"}"online":false{"}}"}'
              {kubectl} annotate bmh {host} reboot.metal3.io=
              {kubectl} annotate bmh {host} inspect.metal3.io=maybe                 # refused, with the reason
              {kubectl} delete bmh {host}
              temporal workflow query    --address {lab.TemporalAddress} --workflow-id {id} --type view
              temporal workflow list     --address {lab.TemporalAddress} --query 'Metal3State="provisioned"'
              temporal workflow update execute --address {lab.TemporalAddress} --workflow-id {id} --name holdStep --input '{"{"}"step":"power-off","by":"me","reason":"trying"{"}"}'
            """;
        if (lab.TemporalUi is { } ui)
        {
            text += $"\n  {new Uri(ui, $"namespaces/default/workflows/{Uri.EscapeDataString(id)}")}";
        }

        if (lab.IronicAdminAddress is not null)
        {
            text += $"\n  dotnet run --project lab -- fail {host} bmc-down{where}          # and --heal afterwards; kinds: fail --help";
        }

        return text;
    }

    private static Option<int> Port(string name, string what, int port)
    {
        var option = new Option<int>(name) { Description = $"TCP port of {what}; 0 takes a free one", DefaultValueFactory = _ => port, HelpName = "PORT" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ushort.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                result.AddError($"{name} must be from 0 to 65535, not '{token.Value}'.");
            }
        });
        return option;
    }

    private static Uri? IronicUrl(string? text) => text switch
    {
        null => null,
        _ when Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" => url,
        _ => throw new LabException($"--ironic must be an http or https URL, not '{text}'."),
    };

    private static string Cli() => TemporalCli.Find() ?? throw new LabException(
        "--temporal cli needs the temporal CLI: put it on PATH, or set TEMPORAL_CLI to it. Without --temporal, the embedded server is used.");

    private static (string Host, string Kind) Failure(string text) => text.Split('=') switch
    {
        [{ Length: > 0 } host, var kind] when FailureKinds.All.Contains(kind) => (host, kind),
        _ => throw new LabException($"--fail must be HOST=KIND with one of the kinds {string.Join(", ", FailureKinds.All)}, not '{text}'."),
    };
}
