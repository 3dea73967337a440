namespace MdiQkd.Distillation.Amplification;

/// <summary>Instruction set that <see cref="ToeplitzHash"/> runs on. All give the same bits.</summary>
public enum ToeplitzPath
{
    /// <summary>64-bit integer multiplications.</summary>
    Portable,

    /// <summary>PCLMULQDQ, 128-bit registers.</summary>
    Clmul128,

    /// <summary>AVX2 and VPCLMULQDQ, 256-bit registers.</summary>
    Clmul256,

    /// <summary>AVX-512 and VPCLMULQDQ, 512-bit registers.</summary>
    Clmul512,
}
