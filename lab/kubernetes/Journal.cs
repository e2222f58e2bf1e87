using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Metal3.Lab.Kubernetes;

/// <summary>What one journal record says.</summary>
internal enum JournalVerb : byte
{
    Put = 1,
    Delete = 2,
    Revision = 3,
}

/// <summary>One change, or, in a snapshot, one living object.</summary>
internal sealed record JournalRecord(JournalVerb Verb, long Revision, string Collection, string Key, byte[] Bytes);

/// <summary>
/// Append-only files in a data directory: <c>snapshot-N</c>, complete by its name's existence, and <c>journal-N</c>, the changes
/// since. A record is acknowledged once the operating system has it: that survives <c>kill -9</c> of the process, not the loss
/// of power. A torn last record is cut off on reading.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int HeaderBytes = 8;
    private readonly string _directory;
    private readonly FileStream _lock;
    private FileStream _file;
    private long _length;
    private long _generation;

    private Journal(string directory, FileStream held, FileStream file, long generation)
    {
        _directory = directory;
        _lock = held;
        _file = file;
        _generation = generation;
        _length = file.Length;
    }

    /// <summary>Bytes written since the last snapshot.</summary>
    public long Length => _length;

    /// <summary>Opens a directory, hands every surviving record to <paramref name="replay"/> in order, and is ready to append.</summary>
    /// <exception cref="IOException">Another server uses the directory.</exception>
    public static Journal Open(string directory, Action<JournalRecord, bool> replay)
    {
        var held = Lock(directory);
        try
        {
            foreach (var half in Directory.EnumerateFiles(directory, "snapshot-*.tmp"))
            {
                File.Delete(half); // its writer was killed; what it was to replace is still there
            }

            var snapshots = Numbers(directory, "snapshot-");
            var start = snapshots.Count == 0 ? 0 : snapshots[^1];
            if (start > 0)
            {
                _ = ReadAll(Path.Combine(directory, Name("snapshot-", start)), record => replay(record, true));
            }

            var journals = Numbers(directory, "journal-").Where(n => n >= start).ToList();
            foreach (var number in journals)
            {
                var path = Path.Combine(directory, Name("journal-", number));
                var intact = ReadAll(path, record => replay(record, false));
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
                file.SetLength(intact);
            }

            var generation = journals.Count == 0 ? start : journals[^1];
            var journal = new Journal(directory, held, OpenJournal(directory, generation), generation);
            journal.DeleteOlderThan(start);
            return journal;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Appends one record; when this returns, the operating system has it.</summary>
    public void Append(JournalVerb verb, long revision, string collection, string key, ReadOnlySpan<byte> bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Size(collection, key, bytes.Length));
        try
        {
            var written = Encode(buffer, verb, revision, collection, key, bytes);
            try
            {
                _file.Write(buffer, 0, written);
                _length += written;
            }
            catch (IOException)
            {
                // A full disk may have taken half a record; nothing may follow it.
                _file.SetLength(_length);
                _file.Position = _length;
                throw;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Starts the next journal file; the caller then writes the snapshot of this moment with the returned number.</summary>
    public long BeginGeneration()
    {
        var next = _generation + 1;
        var file = OpenJournal(_directory, next);
        _file.Dispose();
        (_file, _length, _generation) = (file, file.Length, next);
        return next;
    }

    /// <summary>Writes the snapshot that makes all files before <paramref name="generation"/> superfluous.</summary>
    public void WriteSnapshot(long generation, long revision, IEnumerable<(string Collection, string Key, StoredObject Object)> objects)
    {
        var path = Path.Combine(_directory, Name("snapshot-", generation));
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            Write(file, JournalVerb.Revision, revision, "", "", []);
            foreach (var (collection, key, stored) in objects)
            {
                Write(file, JournalVerb.Put, stored.Revision, collection, key, stored.Bytes);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DeleteOlderThan(generation);
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The data directory {directory} cannot be made: {e.Message}", e);
        }

        var path = Path.Combine(directory, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException($"Another server uses the data directory {directory}; end it, or choose another directory.", e);
        }
    }

    private static void Write(FileStream file, JournalVerb verb, long revision, string collection, string key, byte[] bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Size(collection, key, bytes.Length));
        file.Write(buffer, 0, Encode(buffer, verb, revision, collection, key, bytes));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static int Size(string collection, string key, int bytes) =>
        HeaderBytes + 1 + 8 + 4 + 4 + Encoding.UTF8.GetMaxByteCount(collection.Length + key.Length) + bytes;

    private static int Encode(
        Span<byte> buffer, JournalVerb verb, long revision, string collection, string key, ReadOnlySpan<byte> bytes)
    {
        var at = HeaderBytes;
        buffer[at++] = (byte)verb;
        BinaryPrimitives.WriteInt64LittleEndian(buffer[at..], revision);
        at += 8;
        at += Text(buffer[at..], collection);
        at += Text(buffer[at..], key);
        bytes.CopyTo(buffer[at..]);
        at += bytes.Length;
        BinaryPrimitives.WriteInt32LittleEndian(buffer, at - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], Checksum(buffer[HeaderBytes..at]));
        return at;
    }

    private static int Text(Span<byte> buffer, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, buffer[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(buffer, length);
        return 4 + length;
    }

    // A start reads every byte that is kept before the runtime would find out that this loop is worth compiling well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0xFFFF_FFFFu;
        while (bytes.Length >= 8)
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            sum = BitOperations.Crc32C(sum, value);
        }

        return sum;
    }

    /// <summary>Reads records until the end or the first that is torn; returns how many bytes were intact.</summary>
    private static long ReadAll(string path, Action<JournalRecord> replay)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20);
        var header = new byte[HeaderBytes];
        var payload = new byte[1 << 16];
        var end = file.Length;
        long intact = 0;
        while (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (length < 17 || length > end - file.Position)
            {
                break;
            }

            if (length > payload.Length)
            {
                payload = new byte[Math.Max(length, 2 * payload.Length)];
            }

            var record = payload.AsSpan(0, length);
            file.ReadExactly(record);
            if (Checksum(record) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)))
            {
                break;
            }

            replay(Decode(record));
            intact = file.Position;
        }

        return intact;
    }

    /// <summary>Copies what the record keeps: the buffer is the next one's, too.</summary>
    private static JournalRecord Decode(ReadOnlySpan<byte> payload)
    {
        var verb = (JournalVerb)payload[0];
        var revision = BinaryPrimitives.ReadInt64LittleEndian(payload[1..]);
        var at = 9;
        var collection = Text(payload, ref at);
        var key = Text(payload, ref at);
        return new JournalRecord(verb, revision, collection, key, payload[at..].ToArray());
    }

    private static string Text(ReadOnlySpan<byte> payload, ref int at)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(payload[at..]);
        var text = Encoding.UTF8.GetString(payload.Slice(at + 4, length));
        at += 4 + length;
        return text;
    }

    private static FileStream OpenJournal(string directory, long generation)
    {
        // No buffer of ours: each Write is one system call, and what it took survives the process.
        var file = new FileStream(
            Path.Combine(directory, Name("journal-", generation)), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 0);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    private static string Name(string prefix, long number) => prefix + number.ToString("D8", CultureInfo.InvariantCulture);

    private static List<long> Numbers(string directory, string prefix) =>
        Directory.EnumerateFiles(directory, prefix + "*")
            .Select(path => Path.GetFileName(path)[prefix.Length..])
            .Where(rest => rest.All(char.IsAsciiDigit))
            .Select(rest => long.Parse(rest, CultureInfo.InvariantCulture))
            .Order()
            .ToList();

    private void DeleteOlderThan(long generation)
    {
        foreach (var prefix in new[] { "snapshot-", "journal-" })
        {
            foreach (var number in Numbers(_directory, prefix).Where(n => n < generation))
            {
                File.Delete(Path.Combine(_directory, Name(prefix, number)));
            }
        }
    }
}
