using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Temporalio.Exceptions;

/// <summary>A call to the server failed.</summary>
public class RpcException : TemporalException
{
    public RpcException(StatusCode code, string message, byte[]? rawStatus)
        : this(code, message, rawStatus, null)
    {
    }

    internal RpcException(StatusCode code, string message, byte[]? rawStatus, Exception? inner)
        : base(message, inner)
    {
        Code = code;
        RawStatus = rawStatus;
        GrpcStatus = new(Parse);
    }

    /// <summary>The gRPC status codes.</summary>
    public enum StatusCode
    {
        OK = 0,
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
        DataLoss = 15,
        Unauthenticated = 16,
    }

    public StatusCode Code { get; }

    /// <summary>The serialised status with its details; null when the server sent none.</summary>
    public byte[]? RawStatus { get; }

    public Lazy<GrpcStatus?> GrpcStatus { get; }

    internal T? Detail<T>()
        where T : class, IMessage<T>, new()
    {
        foreach (var detail in GrpcStatus.Value?.Details ?? [])
        {
            if (detail.TryUnpack<T>(out var found))
            {
                return found;
            }
        }

        return null;
    }

    private GrpcStatus? Parse()
    {
        try
        {
            return RawStatus is null ? null : Api.Common.V1.GrpcStatus.Parser.ParseFrom(RawStatus);
        }
        catch (InvalidProtocolBufferException)
        {
            return null; // an unreadable detail must not hide the status itself
        }
    }
}
