using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Rpc;

/// <summary>The gRPC status codes, by their numbers on the wire.</summary>
internal enum StatusCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
}

/// <summary>An answer other than OK: code, text and at most one typed detail.</summary>
internal sealed class RpcException(StatusCode code, string message, IMessage? detail = null) : Exception(message)
{
    public StatusCode Code { get; } = code;

    public IMessage? Detail { get; } = detail;

    public Status ToStatus()
    {
        var status = new Status { Code = (int)Code, Message = Message };
        if (Detail is not null)
        {
            status.Details.Add(Any.Pack(Detail));
        }

        return status;
    }

    public static RpcException Invalid(string message) => new(StatusCode.InvalidArgument, message);

    public static RpcException NotFound(string message) => new(StatusCode.NotFound, message, new NotFoundFailure());
}
