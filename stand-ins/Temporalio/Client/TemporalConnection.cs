using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Temporalio.Api.Health.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <inheritdoc cref="ITemporalConnection"/>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "The official type is not disposable; what it owns lives as long as the process.")]
public sealed class TemporalConnection : ITemporalConnection
{
    private readonly SemaphoreSlim connecting = new(1);
    private readonly string identity;
    private GrpcChannel? channel;
    private volatile CallHeaders headers;

    private TemporalConnection(TemporalConnectionOptions options)
    {
        Options = (TemporalConnectionOptions)options.Clone();
        GrpcChannel.Validate(Options);
        headers = new(Options.RpcMetadata ?? [], Options.RpcBinaryMetadata ?? [], Options.ApiKey);
        identity = Options.Identity ?? $"{Environment.ProcessId}@{Environment.MachineName}";
        WorkflowService = new WorkflowService.Core(this);
        OperatorService = new OperatorService.Core(this);
        TestService = new TestService.Core(this);
    }

    public IReadOnlyCollection<KeyValuePair<string, string>> RpcMetadata
    {
        get => headers.Metadata;
        set => headers = Connected(nameof(RpcMetadata)) with { Metadata = [.. value] };
    }

    public IReadOnlyCollection<KeyValuePair<string, byte[]>> RpcBinaryMetadata
    {
        get => headers.BinaryMetadata;
        set
        {
            var now = Connected(nameof(RpcBinaryMetadata));
            if (value.FirstOrDefault(pair => !pair.Key.EndsWith("-bin", StringComparison.Ordinal)) is { Key: { } wrong })
            {
                throw new ArgumentException($"The name of binary metadata must end in -bin; '{wrong}' does not.");
            }

            headers = now with { BinaryMetadata = [.. value] };
        }
    }

    public string? ApiKey
    {
        get => headers.ApiKey;
        set => headers = Connected(nameof(ApiKey)) with { ApiKey = value };
    }

    public WorkflowService WorkflowService { get; }

    public OperatorService OperatorService { get; }

    public TestService TestService { get; }

    public TemporalConnectionOptions Options { get; }

    public bool IsConnected => Volatile.Read(ref channel) is not null;

    public SafeHandle? BridgeClient => null;

    /// <summary>Who calls.</summary>
    internal string Identity => identity;

    /// <summary>What the server can; all false until connected, and for servers too old to say.</summary>
    internal GetSystemInfoResponse.Types.Capabilities Capabilities { get; private set; } = new();

    /// <exception cref="InvalidOperationException">The server can not be reached, or refuses.</exception>
    public static async Task<TemporalConnection> ConnectAsync(TemporalConnectionOptions options)
    {
        var connection = new TemporalConnection(options);
        await connection.ConnectAsync();
        return connection;
    }

    /// <summary>A connection that connects with its first call.</summary>
    public static TemporalConnection CreateLazy(TemporalConnectionOptions options) => new(options);

    public async Task<bool> CheckHealthAsync(RpcService? service = null, RpcOptions? options = null)
    {
        var name = (service ?? WorkflowService).FullName;
        var response = await CallAsync(
            "grpc.health.v1.Health", "Check", new HealthCheckRequest { Service = name }, HealthCheckResponse.Parser, options);
        return response.Status == HealthCheckResponse.Types.ServingStatus.Serving;
    }

    public Task ConnectAsync() => ChannelAsync(CancellationToken.None).AsTask();

    internal Task<T> CallAsync<T>(
        RpcService service, string rpc, IMessage request, MessageParser<T> parser, RpcOptions? options)
        where T : IMessage<T> => CallAsync(service.FullName, rpc, request, parser, options);

    private async Task<T> CallAsync<T>(
        string service, string rpc, IMessage request, MessageParser<T> parser, RpcOptions? options)
        where T : IMessage<T>
    {
        var connected = await ChannelAsync(options?.CancellationToken ?? CancellationToken.None);
        return await connected.CallAsync(service, rpc, request, parser, options, headers);
    }

    private CallHeaders Connected(string member) => IsConnected
        ? headers
        : throw new InvalidOperationException($"{member} can not be set before the connection is connected.");

    private async ValueTask<GrpcChannel> ChannelAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref channel) is { } connected)
        {
            return connected;
        }

        await connecting.WaitAsync(cancellation);
        try
        {
            if (channel is not null)
            {
                return channel;
            }

            var attempt = new GrpcChannel(Options);
            try
            {
                Capabilities = await CapabilitiesAsync(attempt, cancellation);
                Volatile.Write(ref channel, attempt);
                attempt = null;
            }
            finally
            {
                attempt?.Dispose();
            }

            return channel!;
        }
        finally
        {
            connecting.Release();
        }
    }

    private async Task<GetSystemInfoResponse.Types.Capabilities> CapabilitiesAsync(
        GrpcChannel attempt, CancellationToken cancellation)
    {
        try
        {
            var info = await attempt.CallAsync(
                WorkflowService.FullName,
                "GetSystemInfo",
                new GetSystemInfoRequest(),
                GetSystemInfoResponse.Parser,
                new() { CancellationToken = cancellation, Timeout = TimeSpan.FromSeconds(10) },
                headers);
            return info.Capabilities ?? new();
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.Unimplemented
            && e.Message.Contains("unknown", StringComparison.OrdinalIgnoreCase))
        {
            return new();
        }
        catch (RpcException e)
        {
            throw new InvalidOperationException($"Connection failed: {Options.TargetHost}: {e.Code}: {e.Message}", e);
        }
    }
}
