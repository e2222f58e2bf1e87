using Metal3.TestKit;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Grpc = Temporalio.Exceptions.RpcException.StatusCode;

[assembly: AssemblyFixture(typeof(Temporalio.Conformance.TemporalServer))]

namespace Temporalio.Conformance;

/// <summary>
/// The server that the whole suite runs against: the real development server, started with the first test that asks;
/// or, with <c>TEMPORAL_CONFORMANCE_TARGET=host:port</c>, the one that is there.
/// </summary>
public sealed class TemporalServer : IAsyncLifetime
{
    public static readonly SearchAttributeKey<string> Keyword = SearchAttributeKey.CreateKeyword("ConformanceKeyword");
    public static readonly SearchAttributeKey<string> Text = SearchAttributeKey.CreateText("ConformanceText");
    public static readonly SearchAttributeKey<long> Long = SearchAttributeKey.CreateLong("ConformanceInt");
    public static readonly SearchAttributeKey<double> Double = SearchAttributeKey.CreateDouble("ConformanceDouble");
    public static readonly SearchAttributeKey<bool> Bool = SearchAttributeKey.CreateBool("ConformanceBool");
    public static readonly SearchAttributeKey<DateTimeOffset> Time =
        SearchAttributeKey.CreateDateTimeOffset("ConformanceTime");

    public static readonly SearchAttributeKey<IReadOnlyCollection<string>> Keywords =
        SearchAttributeKey.CreateKeywordList("ConformanceKeywords");

    private readonly SemaphoreSlim starting = new(1);
    private RunningProcess? process;
    private string? address;
    private TemporalClient? shared;

    /// <summary>Whether the suite runs against a server that is not the official development server.</summary>
    public static bool IsGiven => Given is not null;

    private static string? Given =>
        Environment.GetEnvironmentVariable("TEMPORAL_CONFORMANCE_TARGET") is { Length: > 0 } given ? given : null;

    /// <summary>An id, or a task queue, that no other test has.</summary>
    public static string NewName(string prefix = "test") => $"{prefix}-{Guid.NewGuid():N}";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary><c>host:port</c>.</summary>
    public async Task<string> AddressAsync()
    {
        _ = await ClientAsync();
        return address!;
    }

    /// <summary>The client that the tests share.</summary>
    public async Task<TemporalClient> ClientAsync()
    {
        await starting.WaitAsync();
        try
        {
            return shared ??= await StartAsync();
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>A client of its own, with options of its own.</summary>
    public async Task<TemporalClient> ConnectAsync(Action<TemporalClientConnectOptions>? configure = null)
    {
        var options = new TemporalClientConnectOptions(await AddressAsync());
        configure?.Invoke(options);
        return await TemporalClient.ConnectAsync(options);
    }

    /// <summary>Runs the <c>temporal</c> CLI against this server.</summary>
    public async Task<string> CliAsync(params string[] arguments) => await RunningProcess.OutputOfAsync(
        RealServers.TemporalCli(), [.. arguments, "--address", await AddressAsync()]);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        starting.Dispose();
    }

    private async Task<TemporalClient> StartAsync()
    {
        if (Given is { } given)
        {
            address = given;
        }
        else
        {
            var port = RealServers.FreePort();
            address = $"127.0.0.1:{port}";
            process = RunningProcess.Start(
                RealServers.TemporalCli(),
                ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "error"]);
        }

        var client = TemporalClient.CreateLazy(new(address));
        await UntilAsync(async () =>
        {
            try
            {
                return await client.Connection.CheckHealthAsync();
            }
            catch (Exception e) when (e is InvalidOperationException or RpcException && process?.HasExited is not true)
            {
                return false; // not up yet
            }
        });
        await RegisterAsync(client);
        return client;
    }

    private static async Task RegisterAsync(TemporalClient client)
    {
        var known = await client.OperatorService.ListSearchAttributesAsync(new() { Namespace = "default" });
        var missing = new SearchAttributeKey[] { Keyword, Text, Long, Double, Bool, Time, Keywords }
            .Where(key => !known.CustomAttributes.ContainsKey(key.Name))
            .ToDictionary(key => key.Name, key => key.ValueType);
        if (missing.Count == 0)
        {
            return;
        }

        await client.OperatorService.AddSearchAttributesAsync(
            new() { Namespace = "default", SearchAttributes = { missing } });

        // Frontends learn of new attributes a moment later.
        await UntilAsync(async () =>
        {
            try
            {
                var probe = await client.StartWorkflowAsync("Probe", [], new(NewName("probe"), NewName("nobody"))
                {
                    TypedSearchAttributes = new SearchAttributeCollection.Builder()
                        .Set(Keyword, "probe").Set(Long, 1).Set(Keywords, ["probe"]).ToSearchAttributeCollection(),
                });
                await probe.TerminateAsync();
                return true;
            }
            catch (RpcException e) when (e.Code == Grpc.InvalidArgument)
            {
                return false;
            }
        });
    }

    /// <summary>Asks until the answer is yes; a minute at most.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow.AddMinutes(1);
        while (!await condition())
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException("What the test waits for did not come true within a minute.");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Waits until a workflow has this status.</summary>
    public static Task UntilAsync(WorkflowHandle handle, WorkflowExecutionStatus status) =>
        UntilAsync(async () => (await handle.DescribeAsync()).Status == status);
}
