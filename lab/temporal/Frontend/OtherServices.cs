using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Frontend;

/// <summary>Search attributes and namespaces, as operators manage them.</summary>
internal sealed class OperatorService(Server server)
{
    private const string Name = "temporal.api.operatorservice.v1.OperatorService";

    public void MapTo(RpcServer rpc)
    {
        void Sync<TRequest>(string method, Func<TRequest, IMessage> handler)
            where TRequest : IMessage<TRequest>, new() =>
            rpc.Map<TRequest>($"/{Name}/{method}", (request, _) => ValueTask.FromResult(handler(request)));

        Sync<AddSearchAttributesRequest>("AddSearchAttributes", Add);
        Sync<RemoveSearchAttributesRequest>("RemoveSearchAttributes", Remove);
        Sync<ListSearchAttributesRequest>("ListSearchAttributes", List);
        Sync<DeleteNamespaceRequest>("DeleteNamespace", DeleteNamespace);
    }

    private AddSearchAttributesResponse Add(AddSearchAttributesRequest request)
    {
        var ns = server.Namespace(request.Namespace.Length == 0 ? "default" : request.Namespace);
        if (request.SearchAttributes.Count == 0)
        {
            throw RpcException.Invalid("SearchAttributes are not set on request.");
        }

        foreach (var (name, type) in request.SearchAttributes)
        {
            if (SystemAttributes.System.ContainsKey(name) || SystemAttributes.Predefined.ContainsKey(name))
            {
                throw RpcException.Invalid($"Search attribute {name} is reserved by system.");
            }

            if (type == IndexedValueType.Unspecified || !System.Enum.IsDefined(type))
            {
                throw RpcException.Invalid($"Unknown search attribute type: {type}.");
            }

            if (ns.CustomAttributes.TryGetValue(name, out var known) && known != type)
            {
                throw new RpcException(StatusCode.AlreadyExists, $"Search attribute {name} already exists with type {known}.");
            }
        }

        foreach (var (name, type) in request.SearchAttributes)
        {
            ns.CustomAttributes[name] = type;
        }

        return new AddSearchAttributesResponse();
    }

    private RemoveSearchAttributesResponse Remove(RemoveSearchAttributesRequest request)
    {
        var ns = server.Namespace(request.Namespace.Length == 0 ? "default" : request.Namespace);
        foreach (var name in request.SearchAttributes)
        {
            if (!ns.CustomAttributes.TryRemove(name, out _))
            {
                throw RpcException.NotFound($"Search attribute {name} doesn't exist.");
            }
        }

        return new RemoveSearchAttributesResponse();
    }

    private ListSearchAttributesResponse List(ListSearchAttributesRequest request)
    {
        var ns = server.Namespace(request.Namespace.Length == 0 ? "default" : request.Namespace);
        var response = new ListSearchAttributesResponse();
        response.CustomAttributes.Add(ns.CustomAttributes.ToDictionary());
        response.SystemAttributes.Add(SystemAttributes.System.Concat(SystemAttributes.Predefined).ToDictionary());
        return response;
    }

    private DeleteNamespaceResponse DeleteNamespace(DeleteNamespaceRequest request)
    {
        var ns = server.Namespace(request.Namespace);
        foreach (var run in ns.Runs.Values)
        {
            using (run.Entity.Enter())
            {
                if (run.IsRunning)
                {
                    run.Terminate("the namespace was deleted", null, "history-service");
                }
            }

            server.Delete(run);
        }

        _ = server.Namespaces.TryRemove(ns.Name, out _);
        return new DeleteNamespaceResponse { DeletedNamespace = ns.Name };
    }
}

/// <summary>Steers the clock of a time-skipping server.</summary>
internal sealed class TestService(Server server)
{
    private const string Name = "temporal.api.testservice.v1.TestService";

    public void MapTo(RpcServer rpc)
    {
        rpc.Map<LockTimeSkippingRequest>($"/{Name}/LockTimeSkipping", (_, _) =>
        {
            server.Clock.Lock();
            return ValueTask.FromResult<IMessage>(new LockTimeSkippingResponse());
        });
        rpc.Map<UnlockTimeSkippingRequest>($"/{Name}/UnlockTimeSkipping", (_, _) =>
        {
            Unlock();
            return ValueTask.FromResult<IMessage>(new UnlockTimeSkippingResponse());
        });
        rpc.Map<SleepRequest>($"/{Name}/Sleep", async (request, call) =>
        {
            await server.Clock.SleepUntilAsync(server.Clock.NowTicks + Times.Ticks(request.Duration)).WaitAsync(call.Aborted);
            return new SleepResponse();
        });
        rpc.Map<SleepUntilRequest>($"/{Name}/SleepUntil", async (request, call) =>
        {
            await server.Clock.SleepUntilAsync(Times.Ticks(request.Timestamp)).WaitAsync(call.Aborted);
            return new SleepResponse();
        });
        rpc.Map<SleepRequest>($"/{Name}/UnlockTimeSkippingWithSleep", async (request, call) =>
        {
            var woken = server.Clock.SleepUntilAsync(
                server.Clock.NowTicks + Times.Ticks(request.Duration), server.Clock.Lock);
            Unlock();
            await woken.WaitAsync(call.Aborted);
            return new SleepResponse();
        });
        rpc.Map<Empty>($"/{Name}/GetCurrentTime", (_, _) =>
            ValueTask.FromResult<IMessage>(new GetCurrentTimeResponse { Time = Times.Stamp(server.Clock.NowTicks) }));
    }

    private void Unlock()
    {
        if (!server.Clock.TryUnlock())
        {
            throw RpcException.Invalid("Time skipping is not locked: there are more unlocks than locks.");
        }
    }
}

/// <summary><c>grpc.health.v1.Health</c>.</summary>
internal static class HealthService
{
    public static void MapTo(RpcServer rpc) => rpc.Map<HealthCheckRequest>("/grpc.health.v1.Health/Check", (request, _) =>
        request.Service is "" or WorkflowService.Name
            ? ValueTask.FromResult<IMessage>(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving })
            : throw new RpcException(StatusCode.NotFound, "unknown service"));
}
