using System.Runtime.CompilerServices;

namespace MdiQkd.Reconciliation.Decoding;

/// <summary>One lane, plain C#: the definition that the vector widths are tested against.</summary>
internal readonly unsafe struct LanesPortable : ILaneOperations<short>
{
    public static int Lanes => 1;

    public static bool IsSupported => true;

    public static short Broadcast(short value) => value;

    public static short Load(short* source) => *source;

    public static void Store(short value, short* destination) => *destination = value;

    public static short AddSaturate(short a, short b) => (short)Math.Clamp(a + b, short.MinValue, short.MaxValue);

    public static short SubtractSaturate(short a, short b) => (short)Math.Clamp(a - b, short.MinValue, short.MaxValue);

    public static short Add(short a, short b) => (short)(a + b);

    public static short Subtract(short a, short b) => (short)(a - b);

    public static short Xor(short a, short b) => (short)(a ^ b);

    public static short Abs(short a) => (short)(a < 0 ? -a : a);

    public static short Min(short a, short b) => Math.Min(a, b);

    public static short Max(short a, short b) => Math.Max(a, b);

    public static short ShiftLeft(short a, int count) => (short)(a << count);

    public static short MultiplyRounded(short a, short b) => (short)(((a * b) + 0x4000) >> 15);

    public static short SelectEqual(short a, short b, short equal, short other) => a == b ? equal : other;

    public static short SelectBelow(int count, short below, short above) => count > 0 ? below : above;

    public static short Negate(short magnitude, short sign) => (short)(sign < 0 ? -magnitude : magnitude);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(short* source)
    {
        
    }
}
