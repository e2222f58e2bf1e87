namespace Temporalio.Client;

/// <summary>A connection to a server, which many clients may share.</summary>
public interface ITemporalConnection : IBridgeClientProvider
{
    /// <summary>Headers of every later call.</summary>
    /// <exception cref="InvalidOperationException">Set before a lazy connection is connected.</exception>
    IReadOnlyCollection<KeyValuePair<string, string>> RpcMetadata { get; set; }

    /// <summary>Headers of every later call whose names end in <c>-bin</c>.</summary>
    /// <exception cref="InvalidOperationException">Set before a lazy connection is connected.</exception>
    IReadOnlyCollection<KeyValuePair<string, byte[]>> RpcBinaryMetadata { get; set; }

    /// <summary>Bearer token of every later call.</summary>
    /// <exception cref="InvalidOperationException">Set before a lazy connection is connected.</exception>
    string? ApiKey { get; set; }

    WorkflowService WorkflowService { get; }

    OperatorService OperatorService { get; }

    TestService TestService { get; }

    TemporalConnectionOptions Options { get; }

    bool IsConnected { get; }

    /// <summary>Whether a service says that it serves; null asks for the workflow service.</summary>
    Task<bool> CheckHealthAsync(RpcService? service = null, RpcOptions? options = null);

    /// <summary>Connects a lazy connection; does nothing on one that is connected.</summary>
    Task ConnectAsync();
}
