using System.Globalization;
using MdiQkd.CodeDesign;
using MdiQkd.Reconciliation;

return args switch
{
    ["build", string path] => Build(path),
    ["measure", string book, string length, string frames, .. string[] qbers] => Measure(book, int.Parse(length, CultureInfo.InvariantCulture), int.Parse(frames, CultureInfo.InvariantCulture), qbers),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("build <file> | measure <book file, or -> <length> <frames> <qber>...");
    return 2;
}

static int Build(string path)
{
    var matrices = new List<BaseMatrix>();
    foreach (CodePlan plan in CodePlan.All())
    {
        BaseMatrix matrix = BaseMatrixBuilder.Build(
            plan.Profile, CodePlan.ColumnBlocks, plan.RowsAfterRound, plan.FirstRoundQber, plan.Seed, out int fourCycles);
        Console.WriteLine($"{plan.RowsAfterRound[0],4} rows, mean degree {plan.Profile.Mean:f2}, 4-cycles {fourCycles}");
        matrices.Add(matrix);
    }

    using FileStream file = File.Create(path);
    CodeBook.Write(matrices, file);
    Console.WriteLine($"{matrices.Count} base matrices, {file.Length} bytes");
    return 0;
}

static int Measure(string file, int length, int frames, string[] qbers)
{
    CodeBook book = file == "-" ? CodeBook.Default : new CodeBook(CodeBook.Read(File.ReadAllBytes(file)));
    foreach (string text in qbers)
    {
        double qber = double.Parse(text, CultureInfo.InvariantCulture);
        ReconciliationCode code = book.Select(qber, length);
        TrialResult result = new FrameTrial(new ErrorPatternDecoder(), 1).Run(code, qber, frames);
        Console.WriteLine(
            $"{code.Id} qber {qber:f4} f0 {code.SyndromeLength(1) / (code.Length * BinaryEntropy.Of(qber)):f3} f {result.Efficiency:f3}"
            + $" fer1 {result.FirstRoundFailures}/{result.Frames} fer {result.Failures} wrong {result.Wrong}"
            + $" it {result.Iterations:f1} rounds {result.Rounds:f2} {result.MbitPerSecond:f1} Mbit/s");
    }

    return 0;
}
