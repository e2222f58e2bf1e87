using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Temporalio.Client;

/// <summary>A service of the server, call by call.</summary>
public abstract class RpcService
{
    internal abstract string FullName { get; }

    protected abstract Task<T> InvokeRpcAsync<T>(
        string rpc, IMessage req, MessageParser<T> resp, RpcOptions? options = null)
        where T : IMessage<T>;
}

/// <summary>Where the official package keeps its native client; there is none here.</summary>
public interface IBridgeClientProvider
{
    SafeHandle? BridgeClient { get; }
}
