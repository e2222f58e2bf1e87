using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Frontend;

internal sealed partial class WorkflowService
{
    /// <summary>The version of the real server whose behaviour this one follows.</summary>
    public const string ServerVersion = "1.29.1";

    private static GetSystemInfoResponse SystemInfo() => new()
    {
        ServerVersion = ServerVersion,
        Capabilities = new GetSystemInfoResponse.Types.Capabilities
        {
            SignalAndQueryHeader = true,
            InternalErrorDifferentiation = true,
            ActivityFailureIncludeHeartbeat = true,
            EncodedFailureAttributes = true,
            UpsertMemo = true,
            SdkMetadata = true,
            CountGroupByExecutionStatus = true,
        },
    };

    private GetClusterInfoResponse ClusterInfo() => new()
    {
        ServerVersion = ServerVersion,
        ClusterId = _server.ClusterId,
        ClusterName = "active",
        HistoryShardCount = 1,
        PersistenceStore = "memory",
        VisibilityStore = "memory",
        InitialFailoverVersion = 1,
        FailoverVersionIncrement = 10,
    };

    private DescribeNamespaceResponse DescribeNamespace(DescribeNamespaceRequest request)
    {
        var ns = request.Namespace.Length == 0 && request.Id.Length > 0
            ? _server.Namespaces.Values.FirstOrDefault(known => known.Id == request.Id) ?? throw Server.NamespaceNotFound(request.Id)
            : _server.Namespace(request.Namespace);
        return Describe(ns);
    }

    private static DescribeNamespaceResponse Describe(Engine.NamespaceState ns)
    {
        return new DescribeNamespaceResponse { NamespaceInfo = Info(ns), Config = Config(ns), ReplicationConfig = Replication() };
    }

    private static NamespaceInfo Info(Engine.NamespaceState ns)
    {
        var info = new NamespaceInfo
        {
            Name = ns.Name,
            Id = ns.Id,
            State = Api.NamespaceState.Registered,
            Description = ns.Description,
            OwnerEmail = ns.OwnerEmail,
            Capabilities = new NamespaceInfo.Types.Capabilities { SyncUpdate = true, AsyncUpdate = true },
            Limits = new NamespaceInfo.Types.Limits { BlobSizeLimitError = Limits.BlobBytes, MemoSizeLimitError = Limits.BlobBytes },
        };
        info.Data.Add(ns.Data.ToDictionary());
        return info;
    }

    /// <summary>The CLI prints it and takes it for granted.</summary>
    private static NamespaceReplicationConfig Replication() => new()
    {
        ActiveClusterName = "active",
        Clusters = { new ClusterReplicationConfig { ClusterName = "active" } },
    };

    private static NamespaceConfig Config(Engine.NamespaceState ns) => new() { WorkflowExecutionRetentionTtl = Times.Duration(ns.Retention.Ticks) };

    private ListNamespacesResponse ListNamespaces()
    {
        var response = new ListNamespacesResponse();
        response.Namespaces.AddRange(_server.Namespaces.Values.OrderBy(ns => ns.Name, StringComparer.Ordinal).Select(Describe));
        return response;
    }

    private RegisterNamespaceResponse RegisterNamespace(RegisterNamespaceRequest request)
    {
        if (request.Namespace.Length == 0)
        {
            throw RpcException.Invalid("Namespace is not set on request.");
        }

        var created = new Engine.NamespaceState(request.Namespace) { Description = request.Description, OwnerEmail = request.OwnerEmail };
        if (Times.Ticks(request.WorkflowExecutionRetentionPeriod) is > 0 and var retention)
        {
            created.Retention = TimeSpan.FromTicks(retention);
        }

        foreach (var (key, value) in request.Data)
        {
            created.Data[key] = value;
        }

        return _server.Namespaces.TryAdd(request.Namespace, created)
            ? new RegisterNamespaceResponse()
            : throw new RpcException(StatusCode.AlreadyExists, "Namespace already exists.");
    }

    private UpdateNamespaceResponse UpdateNamespace(UpdateNamespaceRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        if (Times.Ticks(request.Config?.WorkflowExecutionRetentionTtl) is > 0 and var retention)
        {
            ns.Retention = TimeSpan.FromTicks(retention);
        }

        return new UpdateNamespaceResponse { NamespaceInfo = Info(ns), Config = Config(ns), ReplicationConfig = Replication() };
    }

    private GetSearchAttributesResponse GetSearchAttributes()
    {
        var response = new GetSearchAttributesResponse();
        foreach (var (name, type) in SystemAttributes.System.Concat(SystemAttributes.Predefined)
            .Concat(_server.Namespaces.Values.SelectMany(ns => ns.CustomAttributes)))
        {
            response.Keys[name] = type;
        }

        return response;
    }
}
