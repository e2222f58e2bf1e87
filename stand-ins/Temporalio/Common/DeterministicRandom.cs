using System.Buffers.Binary;
using System.Numerics;

namespace Temporalio.Common;

/// <summary>
/// The generator of <c>Workflow.Random</c>: a 128-bit multiplicative congruential generator with XSL-RR output, the same
/// as in other Temporal SDKs on the same core, so that a run may move between them.
/// </summary>
public class DeterministicRandom : Random
{
    private static readonly UInt128 Multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);
    private UInt128 state;

    public DeterministicRandom(ulong seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < 16; i += 4)
        {
            seed = unchecked((seed * 6364136223846793005) + 11634580027462260723);
            var shifted = (uint)(((seed >> 18) ^ seed) >> 27);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[i..], BitOperations.RotateRight(shifted, (int)(seed >> 59)));
        }

        state = BinaryPrimitives.ReadUInt128LittleEndian(bytes) | 1;
    }

    public override int Next() => Next(int.MaxValue);

    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (int)Below((ulong)maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)Below((ulong)((long)maxValue - minValue)));
    }

    public override double NextDouble() => Sample();

    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    public override void NextBytes(Span<byte> buffer)
    {
        Span<byte> word = stackalloc byte[8];
        while (!buffer.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextWord());
            var count = Math.Min(8, buffer.Length);
            word[..count].CopyTo(buffer);
            buffer = buffer[count..];
        }
    }

    protected override double Sample() => (NextWord() >> 12) / (double)(1L << 52);

    private ulong Below(ulong bound) => Math.BigMul(NextWord(), bound, out _);

    private ulong NextWord()
    {
        state = unchecked(state * Multiplier);
        return BitOperations.RotateRight((ulong)(state >> 64) ^ (ulong)state, (int)(state >> 122));
    }
}
