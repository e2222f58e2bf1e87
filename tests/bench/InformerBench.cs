using System.Diagnostics;
using System.Net;
using System.Text.Json;
using k8s;
using Metal3.CrdBridge.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metal3.Bench;

/// <summary>Start, memory and watch throughput of the bridge's informer.</summary>
/// <remarks>
/// The API server is another process of this program (<c>--serve</c>), so that its memory and time do not count; it
/// serves hosts of realistic size over HTTP, in pages, and then as many changes as are asked for.
/// </remarks>
public sealed class InformerBench : IBench
{
    /// <inheritdoc/>
    public string Name => "informer";

    /// <inheritdoc/>
    public string Summary => "Informer on many hosts: --hosts 10000 --changes 20000 [--url URL of an API server with hosts]";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var hosts = options.Number("hosts", 10_000);
        var changes = options.Number("changes", 20_000);
        if (options.Text("serve", "") is { Length: > 0 })
        {
            await ServeAsync(hosts, changes, cancellationToken);
            return;
        }

        using var server = Serve(hosts, changes);
        try
        {
            var address = await server.StandardOutput.ReadLineAsync(cancellationToken)
                ?? throw new InvalidOperationException("The serving process ended before it named its address.");
            await MeasureAsync(new k8s.Kubernetes(new KubernetesClientConfiguration { Host = address }), hosts, changes, cancellationToken);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task MeasureAsync(k8s.Kubernetes client, int hosts, int changes, CancellationToken cancellation)
    {
        var before = Settled();
        var delivered = 0;
        var all = new TaskCompletionSource();
        var informer = new Informer<HostSketch>(
            client, new ResourceType("metal3.io", "v1alpha1", "baremetalhosts"), HostSketch.From,
            new InformerOptions { ResyncInterval = null }, TimeProvider.System, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var clock = Stopwatch.StartNew();
        var running = informer.RunAsync(
            (change, _) =>
            {
                Interlocked.Increment(ref delivered);
                if (change.ResourceVersion == $"{hosts + changes}")
                {
                    all.TrySetResult();
                }

                return Task.CompletedTask;
            },
            stop.Token);
        await informer.Synced.WaitAsync(cancellation);
        var synced = clock.Elapsed;

        // The peak of the whole process, runtime included: what a container's limit has to allow.
        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        clock.Restart();
        await all.Task.WaitAsync(cancellation);
        var followed = clock.Elapsed;
        var kept = Settled() - before;
        Figure.Write("informer", "start", synced.TotalSeconds, "s", ("hosts", hosts));
        Figure.Write("informer", "list", hosts / synced.TotalSeconds, "hosts/s", ("hosts", hosts));
        Figure.Write("informer", "peak-after-start", peak / 1e6, "MB", ("hosts", hosts));
        Figure.Write("informer", "kept", kept / 1e6, "MB", ("hosts", hosts));
        Figure.Write("informer", "watch", changes / followed.TotalSeconds, "events/s", ("changes", changes));
        Figure.Write("informer", "delivered", delivered, "changes", ("hosts", hosts), ("changes", changes));
        Figure.Write("informer", "peak", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB", ("hosts", hosts), ("changes", changes));
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.Dispose();
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static Process Serve(int hosts, int changes)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(InformerBench).Assembly.Location);
        }

        foreach (var argument in (string[])["informer", "--serve", "true", "--hosts", $"{hosts}", "--changes", $"{changes}"])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task ServeAsync(int hosts, int changes, CancellationToken cancellation)
    {
        var items = Enumerable.Range(0, hosts).Select(i => Host(i, i + 1)).ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(async context =>
        {
            var query = context.Request.Query;
            context.Response.ContentType = "application/json";
            if (query.ContainsKey("watch"))
            {
                for (var i = 0; i < changes; i++)
                {
                    await context.Response.Body.WriteAsync("{\"type\":\"MODIFIED\",\"object\":"u8.ToArray(), cancellation);
                    await context.Response.Body.WriteAsync(Host(i % hosts, hosts + i + 1), cancellation);
                    await context.Response.Body.WriteAsync("}\n"u8.ToArray(), cancellation);
                }

                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            var first = query.TryGetValue("continue", out var token) ? int.Parse(token!, null) : 0;
            var limit = query.TryGetValue("limit", out var size) ? int.Parse(size!, null) : hosts;
            var last = Math.Min(first + limit, hosts);
            var next = last < hosts ? $"{last}" : "";
            await context.Response.WriteAsync($$"""{"kind":"BareMetalHostList","metadata":{"resourceVersion":"{{hosts}}","continue":"{{next}}"},"items":[""", cancellation);
            for (var i = first; i < last; i++)
            {
                if (i > first)
                {
                    await context.Response.WriteAsync(",", cancellation);
                }

                await context.Response.Body.WriteAsync(items[i], cancellation);
            }

            await context.Response.WriteAsync("]}", cancellation);
        });
        await server.StartAsync(cancellation);
        Console.WriteLine(server.Urls.First());
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A provisioned host with the inventory of a common server: 8.5 kilobytes.</summary>
    private static byte[] Host(int i, int version)
    {
        var nics = Enumerable.Range(0, 8).Select(n => new { name = $"eno{n}", model = "0x8086 0x1572", mac = $"52:54:00:{i >> 8 & 255:x2}:{i & 255:x2}:{n:x2}", ip = $"10.0.{n}.{i & 255}", speedGbps = 25, vlanId = 0, pxe = n == 0 });
        var disks = Enumerable.Range(0, 12).Select(n => new { name = $"/dev/disk/by-path/pci-0000:3b:00.0-scsi-0:2:{n}:0", type = "SSD", rotational = false, sizeBytes = 960_197_124_096, vendor = "ATA", model = "MZ7KH960HAJR0D3", serialNumber = $"S47{i}N{n}", wwn = $"0x500253{i:x6}{n:x2}", hctl = $"0:2:{n}:0" });
        var flags = Enumerable.Range(0, 110).Select(n => $"cpu_flag_{n}").ToArray();
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            apiVersion = "metal3.io/v1alpha1",
            kind = "BareMetalHost",
            metadata = new
            {
                name = $"host-{i:00000}",
                @namespace = "metal3",
                uid = $"5f0c1d6e-0000-4000-8000-{i:000000000000}",
                resourceVersion = $"{version}",
                generation = 3,
                creationTimestamp = "2024-05-17T09:30:00Z",
                labels = new { rack = $"r{i / 40}", row = $"w{i / 400}" },
                finalizers = new[] { "baremetalhost.metal3.io" },
                managedFields = Enumerable.Range(0, 3).Select(n => new { manager = $"manager-{n}", operation = "Update", apiVersion = "metal3.io/v1alpha1", time = "2024-05-17T09:30:00Z", fieldsType = "FieldsV1", fieldsV1 = flags.Take(30).ToDictionary(flag => "f:" + flag, _ => new { }, StringComparer.Ordinal) }),
            },
            spec = new
            {
                online = true,
                bootMACAddress = $"52:54:00:{i >> 8 & 255:x2}:{i & 255:x2}:00",
                bmc = new { address = $"redfish-virtualmedia://10.1.{i >> 8 & 255}.{i & 255}/redfish/v1/Systems/1", credentialsName = $"host-{i:00000}-bmc" },
                image = new { url = "http://images/ubuntu.qcow2", checksum = "http://images/ubuntu.qcow2.sha256", checksumType = "sha256" },
                userData = new { name = $"host-{i:00000}-user", @namespace = "metal3" },
            },
            status = new
            {
                operationalStatus = "OK",
                errorMessage = "",
                poweredOn = true,
                errorCount = 0,
                provisioning = new { state = "provisioned", ID = $"5f0c1d6e-1111-4000-8000-{i:000000000000}", bootMode = "UEFI" },
                hardware = new { systemVendor = new { manufacturer = "Dell Inc.", productName = "PowerEdge R740", serialNumber = $"SN{i}" }, ramMebibytes = 393216, nics, storage = disks, cpu = new { arch = "x86_64", model = "Intel(R) Xeon(R) Gold 6226R", clockMegahertz = 2900, count = 64, flags }, hostname = $"host-{i:00000}" },
            },
        });
    }

    /// <summary>What a bridge compares: a few words of the object, and hashes of the rest.</summary>
    private sealed record HostSketch(string? BmcAddress, string? Image, bool Online, string? State, int SpecHash)
    {
        public static HostSketch From(ReadOnlySpan<byte> json)
        {
            string? address = null, image = null, state = null;
            var online = false;
            var hash = new HashCode();
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("spec"u8))
                {
                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    using var spec = JsonDocument.ParseValue(ref reader);
                    hash.AddBytes(json[start..(int)reader.BytesConsumed]);
                    address = spec.RootElement.GetProperty("bmc").GetProperty("address").GetString();
                    image = spec.RootElement.GetProperty("image").GetProperty("url").GetString();
                    online = spec.RootElement.GetProperty("online").GetBoolean();
                }
                else if (reader.ValueTextEquals("status"u8))
                {
                    reader.Read();
                    using var status = JsonDocument.ParseValue(ref reader);
                    state = status.RootElement.GetProperty("provisioning").GetProperty("state").GetString();
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            return new(address, image, online, state, hash.ToHashCode());
        }
    }
}
