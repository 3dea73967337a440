namespace MdiQkd.Reconciliation.Decoding;

/// <summary>One lane, plain C#: the definition that the vector widths are tested against. A table is its address.</summary>
internal readonly unsafe struct ByteLanesPortable : IByteLaneOperations<nint>
{
    public static int Lanes => 1;

    public static nint Broadcast(byte value) => value;

    public static nint Broadcast(byte* source) => *source;

    public static nint Load(void* source) => *(byte*)source;

    public static nint LoadTable(byte* source) => (nint)source;

    public static void Store(nint value, void* destination) => *(byte*)destination = (byte)value;

    public static nint AddSaturate(nint a, nint b) => Saturated((sbyte)a + (sbyte)b);

    public static nint SubtractSaturate(nint a, nint b) => Saturated((sbyte)a - (sbyte)b);

    public static nint Subtract(nint a, nint b) => (byte)(a - b);

    public static nint Xor(nint a, nint b) => a ^ b;

    public static nint Abs(nint a) => Math.Abs((int)(sbyte)a);

    public static nint MinUnsigned(nint a, nint b) => Math.Min(a, b);

    public static nint MaxUnsigned(nint a, nint b) => Math.Max(a, b);

    public static nint Clamp(nint a, nint lowest, nint highest) =>
        (byte)Math.Clamp((sbyte)a, (sbyte)lowest, (sbyte)highest);

    public static nint AddSaturateUnsigned(nint a, nint b) => Math.Min(byte.MaxValue, a + b);

    public static nint SubtractSaturateUnsigned(nint a, nint b) => Math.Max(0, a - b);

    public static nint ShiftRight(nint a, int count) => a >> count;

    public static nint Lookup(nint table, nint index) => ((byte*)table)[index];

    public static nint LookupOrZero(nint table, nint index) => index < 16 ? ((byte*)table)[index] : 0;

    public static nint SelectEqual(nint a, nint b, nint equal, nint other) => a == b ? equal : other;

    public static nint SelectBelow(int count, nint below, nint above) => count > 0 ? below : above;

    public static nint Negate(nint magnitude, nint sign) => (byte)((sbyte)sign < 0 ? -magnitude : magnitude);

    public static nint NeverZero(nint sign) => (sbyte)sign < 0 ? 0x80 : 0x7F;

    public static int CountNegative(nint a) => (sbyte)a < 0 ? 1 : 0;

    private static byte Saturated(int value) => (byte)Math.Clamp(value, sbyte.MinValue, sbyte.MaxValue);
}
