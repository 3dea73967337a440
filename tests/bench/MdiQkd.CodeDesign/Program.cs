using System.Globalization;
using MdiQkd.Cli.Commands.Bench;
using MdiQkd.CodeDesign;
using MdiQkd.Reconciliation;

return args switch
{
    ["build", string path] => Build(path),
    ["measure", string book, string length, string frames, .. string[] qbers] => Measure(
        book, int.Parse(length, CultureInfo.InvariantCulture), int.Parse(frames, CultureInfo.InvariantCulture), qbers),
    ["curve", string book, string id, string frames, .. string[] efficiencies] => Curve(
        book, int.Parse(id, CultureInfo.InvariantCulture), int.Parse(frames, CultureInfo.InvariantCulture), efficiencies),
    ["profile", string rows, string mean, string max, string iterations] => Profile(
        int.Parse(rows, CultureInfo.InvariantCulture), double.Parse(mean, CultureInfo.InvariantCulture),
        int.Parse(max, CultureInfo.InvariantCulture), int.Parse(iterations, CultureInfo.InvariantCulture)),
    ["threshold", string rows, string iterations, .. string[] shares] => Threshold(
        double.Parse(rows, CultureInfo.InvariantCulture), int.Parse(iterations, CultureInfo.InvariantCulture), shares),
    ["speed", string book, .. string[] ids] => Speed(book, ids),
    ["probe", string rows, string columns, string lifting, string frames, string fs, .. string[] shares] => Probe(
        int.Parse(rows, CultureInfo.InvariantCulture), int.Parse(columns, CultureInfo.InvariantCulture),
        int.Parse(lifting, CultureInfo.InvariantCulture), int.Parse(frames, CultureInfo.InvariantCulture), fs, shares),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        build <file>                                        make the code book from the profiles and seeds in CodePlan
        measure <book file, or -> <length> <frames> <qber>...   f, failures and speed with random frames
        curve <book file, or -> <code id> <frames> <f>...   one code against its first-round inefficiency: sets CodePlan.Thresholds
        profile <rows> <mean> <max> <iterations>            search a degree profile by density evolution
        threshold <rows> <iterations> <degree:share>...     QBER threshold of a profile
        probe <rows> <columns> <lifting> <frames> <f,f...> <degree:share>...   measure a profile that is in no book
        speed <book file, or -> <code id>...                decoder speed, before columns are frozen
        """);
    return 2;
}

static int Profile(int rows, double mean, int maxDegree, int iterations)
{
    double ratio = rows / (double)CodePlan.ColumnBlocks;
    double start = CodePlan.QberAt(ratio / 1.2);
    (DegreeProfile profile, double qber) = new ProfileSearch(ratio, mean, maxDegree, iterations).Find(start, 25);
    Console.WriteLine(
        $"rows {rows} mean {mean} max {maxDegree} it {iterations}: qber {qber:g5} f {ratio / BinaryEntropy.Of(qber):f4} "
        + string.Join(' ', profile.Degrees.Zip(profile.Shares, (degree, share) => $"{degree}:{share:f4}")));
    return 0;
}

static int Threshold(double rows, int iterations, string[] shares)
{
    double ratio = rows / CodePlan.ColumnBlocks;
    int[] degrees = [.. shares.Select(share => int.Parse(share.Split(':')[0], CultureInfo.InvariantCulture))];
    double[] nodes = [.. shares.Select(share => double.Parse(share.Split(':')[1], CultureInfo.InvariantCulture))];
    double mean = degrees.Zip(nodes, (degree, node) => degree * node).Sum();
    double[] edges = [.. degrees.Zip(nodes, (degree, node) => degree * node / mean)];
    var evolution = new DensityEvolution();
    double low = 0, high = CodePlan.QberAt(ratio);
    for (int step = 0; step < 12; step++)
    {
        double middle = (low + high) / 2;
        (low, high) = evolution.Run(degrees, edges, mean / ratio, middle, iterations) < iterations ? (middle, high) : (low, middle);
    }

    Console.WriteLine($"mean {mean:f3} qber {low:g5} f {ratio / BinaryEntropy.Of(low):f4}");
    return 0;
}

static int Speed(string file, string[] ids)
{
    CodeBook book = Open(file);
    foreach (string text in ids)
    {
        // A syndrome of nothing brings the decoder to a standstill, time and again.
        ReconciliationCode code = book.Find(int.Parse(text, CultureInfo.InvariantCulture));
        ulong[] syndrome = new ulong[code.SyndromeLength(1) / 64];
        syndrome.AsSpan().Fill(0x0123_4567_89AB_CDEF);
        ulong[] pattern = new ulong[code.Length / 64];
        int edges = 0;
        for (int row = 0; row < code.RowBlocks(1); row++)
        {
            edges += code.Row(row).Length * code.LiftingSize;
        }

        double best = 0;
        var decoder = new ErrorPatternDecoder();
        for (int repeat = 0; repeat < 6; repeat++)
        {
            long iterations = 0;
            TimeSpan before = Environment.CpuUsage.UserTime;
            while (iterations < 40)
            {
                iterations += decoder.Decode(code, 1, syndrome, code.Length, 0.01, pattern, CancellationToken.None).Iterations;
            }

            TimeSpan spent = Environment.CpuUsage.UserTime - before;
            best = Math.Max(best, edges * (double)iterations / spent.TotalSeconds);
        }

        Console.WriteLine($"{code.Id} {best / 1e9:f2} G edges/s, {best / edges * code.Length / 1e6:f0} Mbit/s and iteration");
    }

    return 0;
}

static int Probe(int rows, int columns, int lifting, int frames, string efficiencies, string[] shares)
{
    int[] degrees = [.. shares.Select(share => int.Parse(share.Split(':')[0], CultureInfo.InvariantCulture))];
    double[] nodes = [.. shares.Select(share => double.Parse(share.Split(':')[1], CultureInfo.InvariantCulture))];
    int step = Math.Max(1, (int)Math.Round(rows * 0.04));
    BaseMatrix matrix = BaseMatrixBuilder.Build(
        new DegreeProfile(degrees, nodes), columns, rows, rows + (3 * step), 1, out int[] fourCycles);
    var rate = new CodeRate(0, [rows, rows + step, rows + (3 * step)], [0.1, 0.1, 0.1]);
    ReconciliationCode code = new CodeBook([matrix], [rate]).Find((1000 * (20 + int.Log2(lifting))) + rows);
    Console.WriteLine($"4-cycles {string.Join('/', fourCycles)}");
    foreach (string text in efficiencies.Split(','))
    {
        double qber = CodePlan.QberAt(rows / (double)columns / double.Parse(text, CultureInfo.InvariantCulture));
        Console.WriteLine($"f0 {text} {Trial(code, qber, frames)}");
    }

    return 0;
}

static int Build(string path)
{
    var matrices = new List<BaseMatrix>();
    var rates = new List<CodeRate>();
    foreach (CodePlan plan in CodePlan.All())
    {
        rates.AddRange(plan.Rates.Select(rows => new CodeRate(matrices.Count, rows, CodePlan.FirstRoundQber(rows[0]))));
        matrices.Add(plan.Build(out int[] fourCycles));
        Console.WriteLine($"{plan.MainRows,4} rows, mean degree {plan.Profile.Mean:f2}, 4-cycles {string.Join('/', fourCycles)}");
    }

    using FileStream file = File.Create(path);
    CodeBook.Write(matrices, rates, file);
    Console.WriteLine($"{matrices.Count} base matrices, {rates.Count} rates, {file.Length} bytes");
    return 0;
}

static CodeBook Open(string path)
{
    if (path == "-")
    {
        return CodeBook.Default;
    }

    using FileStream file = File.OpenRead(path);
    return CodeBook.Read(file);
}

static int Measure(string file, int length, int frames, string[] qbers)
{
    CodeBook book = Open(file);
    foreach (string text in qbers)
    {
        double qber = double.Parse(text, CultureInfo.InvariantCulture);
        ReconciliationCode code = book.Select(qber, length);
        double first = code.SyndromeLength(1) / (code.Length * BinaryEntropy.Of(qber));
        Console.WriteLine($"f0 {first:f3} {Trial(code, qber, frames)}");
    }

    return 0;
}

static int Curve(string file, int id, int frames, string[] efficiencies)
{
    ReconciliationCode code = Open(file).Find(id);
    foreach (string text in efficiencies)
    {
        double f = double.Parse(text, CultureInfo.InvariantCulture);
        double qber = CodePlan.QberAt(code.SyndromeLength(1) / (double)code.Length / f);
        Console.WriteLine($"f0 {text} {Trial(code, qber, frames)}");
    }

    return 0;
}

static string Trial(ReconciliationCode code, double qber, int frames)
{
    FrameTrial trial = new(code, code.Length, qber, fixedWeight: false, seed: 1, new ErrorPatternDecoder());
    for (int frame = 0; frame < frames; frame++)
    {
        trial.Run(frame);
    }

    TrialResult result = trial.Result;
    return $"{code.Id} qber {qber:f5} f {result.Efficiency(qber):f3} fer1 {result.FirstRoundFailures}/{result.Frames} fer {result.Failures}"
        + $" wrong {result.Wrong} it {result.Iterations / (double)frames:f1} rounds {result.Rounds / (double)frames:f2} {result.MbitPerSecond:f1} Mbit/s";
}
