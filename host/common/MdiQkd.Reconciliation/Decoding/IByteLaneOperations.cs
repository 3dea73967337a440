namespace MdiQkd.Reconciliation.Decoding;

/// <summary>
/// The int8 operations of the decoder's coarse pass on one vector width. All widths compute the same values lane by lane, so the
/// decoder's results do not depend on the machine.
/// </summary>
/// <typeparam name="TVector">The vector of byte lanes; signed where an operation says so.</typeparam>
internal unsafe interface IByteLaneOperations<TVector>
    where TVector : unmanaged
{
    /// <summary>Lanes of the vector; a power of two, at most 64.</summary>
    static abstract int Lanes { get; }

    /// <summary>All lanes the same.</summary>
    static abstract TVector Broadcast(byte value);

    /// <summary>All lanes the byte there; a loop keeps them in a register, where it would load a constant each time.</summary>
    static abstract TVector Broadcast(byte* source);

    /// <summary>Unaligned load.</summary>
    static abstract TVector Load(void* source);

    /// <summary>A table of 16 bytes for <see cref="Lookup"/>.</summary>
    static abstract TVector LoadTable(byte* source);

    /// <summary>Unaligned store.</summary>
    static abstract void Store(TVector value, void* destination);

    /// <summary>Signed saturating sum.</summary>
    static abstract TVector AddSaturate(TVector a, TVector b);

    /// <summary>Signed saturating difference.</summary>
    static abstract TVector SubtractSaturate(TVector a, TVector b);

    /// <summary>Wrapping difference.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>Absolute value of signed lanes, 0 to 128 unsigned.</summary>
    static abstract TVector Abs(TVector a);

    /// <summary>Unsigned minimum.</summary>
    static abstract TVector MinUnsigned(TVector a, TVector b);

    /// <summary>Unsigned maximum.</summary>
    static abstract TVector MaxUnsigned(TVector a, TVector b);

    /// <summary>Signed lanes limited to -limit..limit.</summary>
    /// <param name="a">Values.</param>
    /// <param name="lowest">-limit.</param>
    /// <param name="highest">limit.</param>
    static abstract TVector Clamp(TVector a, TVector lowest, TVector highest);

    /// <summary>Unsigned saturating sum.</summary>
    static abstract TVector AddSaturateUnsigned(TVector a, TVector b);

    /// <summary>Unsigned saturating difference.</summary>
    static abstract TVector SubtractSaturateUnsigned(TVector a, TVector b);

    /// <summary>Unsigned a / 2^<paramref name="count"/>.</summary>
    static abstract TVector ShiftRight(TVector a, int count);

    /// <summary>The table's byte at each index of 0 to 15.</summary>
    static abstract TVector Lookup(TVector table, TVector index);

    /// <summary>The table's byte at each index of 0 to 15, zero above.</summary>
    static abstract TVector LookupOrZero(TVector table, TVector index);

    /// <summary>Where <paramref name="a"/> equals <paramref name="b"/>, <paramref name="equal"/>, else <paramref name="other"/>.</summary>
    static abstract TVector SelectEqual(TVector a, TVector b, TVector equal, TVector other);

    /// <summary>Lanes below <paramref name="count"/> from <paramref name="below"/>, the others from <paramref name="above"/>.</summary>
    static abstract TVector SelectBelow(int count, TVector below, TVector above);

    /// <summary><paramref name="magnitude"/>, negated where the signed <paramref name="sign"/>, never zero, is negative.</summary>
    static abstract TVector Negate(TVector magnitude, TVector sign);

    /// <summary>-128 where <paramref name="sign"/> is negative, else 127: xored with a lane of -127 to 126 it is not zero.</summary>
    static abstract TVector NeverZero(TVector sign);

    /// <summary>Number of lanes with the sign bit set.</summary>
    static abstract int CountNegative(TVector a);
}
