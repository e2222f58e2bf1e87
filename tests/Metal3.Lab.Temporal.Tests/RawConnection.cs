using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>An HTTP/2 connection that does only what it is told, and so can stop doing it: no acknowledgement, no answer to pings.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private int _stream = 1;

    private RawConnection(Socket socket) => _socket = socket;

    /// <summary>Connects and sends the preface.</summary>
    public static async Task<RawConnection> OpenAsync(string target)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(target));
        var connection = new RawConnection(socket);
        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.SendAsync(Frame(4, 0, 0, [])); // our settings: none
        await connection.SendAsync(Frame(4, 1, 0, [])); // and theirs are fine
        return connection;
    }

    /// <summary>Sends a call; without <paramref name="whole"/>, only its headers and the first bytes of its message.</summary>
    public async Task<int> CallAsync(string path, IMessage request, bool whole = true)
    {
        var stream = _stream;
        _stream += 2;
        byte[] headers =
        [
            .. Header(":method", "POST"), .. Header(":scheme", "http"), .. Header(":path", path), .. Header(":authority", "raw"),
            .. Header("content-type", "application/grpc"), .. Header("te", "trailers"),
        ];
        var body = RawClient.Frame(request.ToByteArray());
        byte[] frames =
        [
            .. Frame(1, 4, stream, headers),
            .. whole ? Frame(0, 1, stream, body) : Frame(0, 0, stream, body[..Math.Min(7, body.Length)]),
        ];
        await SendAsync(frames);
        return stream;
    }

    /// <summary>Gives a call up.</summary>
    public Task ResetAsync(int stream) => SendAsync(Frame(3, 0, stream, [0, 0, 0, 8]));

    /// <summary>Ends what is sent, and goes on listening.</summary>
    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads, and ignores what it reads, until the other side closes the connection.</summary>
    public async Task ClosedAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, limit.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // reset: closed too
        }
    }

    public async Task SendAsync(byte[] bytes) => await _socket.SendAsync(bytes);

    /// <summary>Vanishes with a reset, as a process does that is killed with unread data.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>A literal header field that is never indexed (RFC 7541, 6.2.3).</summary>
    private static byte[] Header(string name, string value) =>
        [0x10, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
