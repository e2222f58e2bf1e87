using Google.Protobuf;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

internal enum TokenKind
{
    WorkflowTask = 1,
    Activity = 2,
    Query = 3,
    HistoryPage = 4,
}

/// <summary>What a worker hands back to say which task it speaks of; opaque to it.</summary>
internal readonly record struct TaskToken(
    TokenKind Kind, string Namespace, string WorkflowId, string RunId, long First, long Second, int Attempt, string Extra)
{
    public ByteString Encode()
    {
        using var buffer = new MemoryStream(128);
        using (var writer = new BinaryWriter(buffer))
        {
            writer.Write((byte)Kind);
            writer.Write(Namespace);
            writer.Write(WorkflowId);
            writer.Write(RunId);
            writer.Write(First);
            writer.Write(Second);
            writer.Write(Attempt);
            writer.Write(Extra);
        }

        return UnsafeByteOperations.UnsafeWrap(buffer.ToArray());
    }

    public static TaskToken Decode(ByteString bytes, TokenKind kind, string what = "task token")
    {
        if (bytes.IsEmpty)
        {
            throw RpcException.Invalid("Invalid TaskToken.");
        }

        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToByteArray(), writable: false));
            var token = new TaskToken(
                (TokenKind)reader.ReadByte(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
                reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadString());
            return token.Kind == kind ? token : throw new FormatException();
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw RpcException.Invalid($"Error deserializing {what}.");
        }
    }
}
