namespace MdiQkd.KeyDelivery.Tests;

/// <summary>
/// Fresh folders for store files: in memory where the system offers it, because the tests commit thousands of times and a
/// flush of a busy disk takes 10 ms. Crashes are simulated by copying files, which needs no medium.
/// </summary>
internal static class TestFolder
{
    public static string Create()
    {
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string folder = Path.Combine(root, "mdiqkd-test-" + Guid.NewGuid().ToString("n"));
        return Directory.CreateDirectory(folder).FullName;
    }
}
