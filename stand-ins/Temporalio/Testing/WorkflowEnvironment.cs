using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Common.EnvConfig;

namespace Temporalio.Testing;

/// <summary>A server to test workflows against, and its clock.</summary>
public class WorkflowEnvironment : IAsyncDisposable
{
    /// <summary>An environment around a server that somebody else runs, on real time.</summary>
    public WorkflowEnvironment(ITemporalClient client)
    {
        Client = client;
        Logger = client.Options.LoggerFactory.CreateLogger<WorkflowEnvironment>();
    }

    public ITemporalClient Client { get; protected init; }

    /// <summary>Whether waiting for a started workflow's result, and <see cref="DelayAsync(TimeSpan, CancellationToken?)"/>, skip time.</summary>
    public virtual bool SupportsTimeSkipping => false;

    protected ILogger<WorkflowEnvironment> Logger { get; }

    /// <summary>An environment around the server that <c>TEMPORAL_*</c> and the configuration file name.</summary>
    public static async Task<WorkflowEnvironment> CreateFromEnvConfigAsync(
        ClientEnvConfig.ProfileLoadOptions? profileLoadOptions = null)
    {
        var options = ClientEnvConfig.LoadClientConnectOptions(profileLoadOptions);
        options.TargetHost ??= "localhost:7233";
        return new(await TemporalClient.ConnectAsync(options));
    }

    /// <summary>Starts the development server of the <c>temporal</c> CLI, on real time.</summary>
    /// <exception cref="InvalidOperationException">There is no CLI, or its server does not start.</exception>
    public static async Task<WorkflowEnvironment> StartLocalAsync(WorkflowEnvironmentStartLocalOptions? options = null)
    {
        options = (WorkflowEnvironmentStartLocalOptions?)options?.Clone() ?? new();
        var path = options.DevServerOptions.ExistingPath ?? OnPath("temporal") ?? throw new InvalidOperationException(
            $"There is no 'temporal' on PATH; set {nameof(DevServerOptions)}.{nameof(DevServerOptions.ExistingPath)}.");
        options.TargetHost ??= EphemeralServer.FreeTarget();
        var (server, connection) = await EphemeralServer.StartAsync(path, Arguments(options), options);
        return new Ephemeral(new TemporalClient(connection, options.ToClientOptions()), server);
    }

    /// <summary>Starts a server whose time jumps ahead while a test waits.</summary>
    /// <exception cref="InvalidOperationException">There is no such server, or it does not start.</exception>
    public static async Task<WorkflowEnvironment> StartTimeSkippingAsync(
        WorkflowEnvironmentStartTimeSkippingOptions? options = null)
    {
        options = (WorkflowEnvironmentStartTimeSkippingOptions?)options?.Clone() ?? new();
        var path = options.TestServer.ExistingPath
            ?? (Environment.GetEnvironmentVariable("TEMPORAL_TEST_SERVER") is { Length: > 0 } given ? given : null)
            ?? throw new InvalidOperationException(
                $"There is no time-skipping server; set {nameof(TestServerOptions)}.{nameof(TestServerOptions.ExistingPath)} or TEMPORAL_TEST_SERVER.");
        options.TargetHost ??= EphemeralServer.FreeTarget();
        var port = options.TargetHost[(options.TargetHost.LastIndexOf(':') + 1)..];

        // The port alone: the server starts with time locked, and every wait unlocks it once.
        string[] arguments = [port, .. options.TestServer.ExtraArgs ?? []];
        var (server, connection) = await EphemeralServer.StartAsync(path, arguments, options);
        return new TimeSkipping(connection, options.ToClientOptions(), server);
    }

    public Task DelayAsync(int millisecondsDelay, CancellationToken? cancellationToken = null) =>
        DelayAsync(TimeSpan.FromMilliseconds(millisecondsDelay), cancellationToken);

    /// <summary>Waits on the server's clock.</summary>
    public virtual Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null) =>
        Task.Delay(delay, cancellationToken ?? CancellationToken.None);

    /// <summary>The server's clock, in UTC.</summary>
    public virtual Task<DateTime> GetCurrentTimeAsync() => Task.FromResult(DateTime.UtcNow);

    public void WithAutoTimeSkippingDisabled(Action func) => WithAutoTimeSkippingDisabled(() =>
    {
        func();
        return default(ValueTuple);
    });

    public T WithAutoTimeSkippingDisabled<T>(Func<T> func) =>
        WithAutoTimeSkippingDisabledAsync(() => Task.FromResult(func())).GetAwaiter().GetResult();

    public Task WithAutoTimeSkippingDisabledAsync(Func<Task> func) => WithAutoTimeSkippingDisabledAsync(async () =>
    {
        await func();
        return default(ValueTuple);
    });

    /// <summary>Runs a function during which waiting for results does not skip time.</summary>
    public virtual Task<T> WithAutoTimeSkippingDisabledAsync<T>(Func<Task<T>> func) => func();

    /// <summary>Ends what this environment started.</summary>
    public virtual Task ShutdownAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await ShutdownAsync();
        GC.SuppressFinalize(this);
    }

    private static IEnumerable<string> Arguments(WorkflowEnvironmentStartLocalOptions options)
    {
        var colon = options.TargetHost!.LastIndexOf(':');
        yield return "server";
        yield return "start-dev";
        yield return "--ip";
        yield return options.TargetHost[..colon] is "localhost" ? "127.0.0.1" : options.TargetHost[..colon];
        yield return "--port";
        yield return options.TargetHost[(colon + 1)..];
        yield return "--namespace";
        yield return options.Namespace;
        yield return "--log-format";
        yield return options.DevServerOptions.LogFormat;
        yield return "--log-level";
        yield return options.DevServerOptions.LogLevel;
        if (!options.UI)
        {
            yield return "--headless";
        }
        else if (options.UIPort > 0)
        {
            yield return "--ui-port";
            yield return $"{options.UIPort}";
        }

        if (options.DevServerOptions.DatabaseFilename is { } database)
        {
            yield return "--db-filename";
            yield return database;
        }

        foreach (var key in options.SearchAttributes ?? [])
        {
            yield return "--search-attribute";
            yield return $"{key.Name}={key.ValueType}";
        }

        foreach (var extra in options.DevServerOptions.ExtraArgs ?? [])
        {
            yield return extra;
        }
    }

    private static string? OnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);

    private class Ephemeral(ITemporalClient client, EphemeralServer server) : WorkflowEnvironment(client)
    {
        public override Task ShutdownAsync()
        {
            server.Dispose();
            return Task.CompletedTask;
        }
    }

    private sealed class TimeSkipping : Ephemeral
    {
        private readonly TestService service;
        private int disabled;

        public TimeSkipping(ITemporalConnection connection, TemporalClientOptions options, EphemeralServer server)
            : base(new TemporalClient(connection, options), server)
        {
            service = connection.TestService;
            Client = new TemporalClient(connection, options) { AroundResult = WhileSkippingAsync };
        }

        public override bool SupportsTimeSkipping => true;

        public override async Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null) =>
            await service.UnlockTimeSkippingWithSleepAsync(
                new() { Duration = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(delay) },
                new() { CancellationToken = cancellationToken });

        public override async Task<DateTime> GetCurrentTimeAsync() =>
            (await service.GetCurrentTimeAsync(new())).Time.ToDateTime();

        public override async Task<T> WithAutoTimeSkippingDisabledAsync<T>(Func<Task<T>> func)
        {
            Interlocked.Increment(ref disabled);
            try
            {
                return await func();
            }
            finally
            {
                Interlocked.Decrement(ref disabled);
            }
        }

        private async Task WhileSkippingAsync(Func<Task> wait)
        {
            if (Volatile.Read(ref disabled) > 0)
            {
                await wait();
                return;
            }

            await service.UnlockTimeSkippingAsync(new());
            try
            {
                await wait();
            }
            finally
            {
                await service.LockTimeSkippingAsync(new());
            }
        }
    }
}
