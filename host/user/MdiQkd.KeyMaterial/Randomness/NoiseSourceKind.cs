namespace MdiQkd.KeyMaterial.Randomness;

/// <summary>How a hardware source is read.</summary>
public enum NoiseSourceKind
{
    /// <summary>A character device or a pipe: every read gives new samples.</summary>
    Device,

    /// <summary>A file of recorded samples: what was read is overwritten with zeros, so that nothing is used twice.</summary>
    File,
}
